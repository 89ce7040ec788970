"""A small lake of all zones, and sessions on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.clock import SystemClock
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.usage import Usage
from headwater.lake.writing import write_parquet
from headwater.model.columns import ENVELOPE, Column
from headwater.model.principal import LOCAL
from headwater.model.record import QuarantinedRecord, Segment
from headwater.query.settings import QuerySettings
from headwater.query.sql.session import Answer, Question, SqlSession

START = datetime(2026, 1, 1, tzinfo=UTC)
SENSORS = TableDeclaration(
    zone="processed",
    name="sensors",
    columns=(
        *(Column(field=name, name=name, type=kind) for name, kind in ENVELOPE),
        Column(field="number", name="number", type="long"),
        Column(field="note", name="note", type="string"),
    ),
    day_of="event_ts",
)


class Lake:
    """The stores of one lake folder, written to as the platform does."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.commits = stack.enter_context(closing(IcebergCommits(folder)))
        engine = open_lake_database(folder / "lake.db")
        stack.callback(close_lake_database, engine)
        self.manifest = SqlManifest(engine)
        self.quarantine = SqlQuarantine(engine)
        self.usage = Usage(engine)
        self.tables = MetadataTables(folder)

    def add_rows(self, *numbers: int, declaration: TableDeclaration = SENSORS) -> int:
        """Commit a row for each number and return the snapshot."""
        self.commits.ensure(declaration)
        schema = self.commits.arrow_schema(declaration.zone, declaration.name)
        stamps = [START + timedelta(hours=number % 1000) for number in numbers]
        rows = pa.table(
            {
                "id": [f"r{number}" for number in numbers],
                "source": [declaration.name] * len(numbers),
                "event_ts": pa.array(stamps, pa.timestamp("us", "UTC")),
                "quality_score": [1.0] * len(numbers),
                "number": pa.array(numbers, pa.int64()),
                "note": ["x" * 100] * len(numbers),
            }
        )
        location = Path(self.commits.tables.get(declaration.zone, declaration.name).location)
        paths = write_parquet(rows, schema, location, day_of=declaration.day_of)
        change = Change(add=paths, summary={})
        return self.commits.commit(declaration.zone, declaration.name, change).id

    def add_segment(self, source: str, *data: str) -> None:
        """Seal records whose data is given as JSON text."""
        sequence = self.manifest.last_sequence() + 1
        lines = [
            f'{{"id":"{source}{number}","source":"{source}",'
            f'"received_at":"2026-01-0{sequence}T00:00:00.000001Z","data":{text}}}\n'
            for number, text in enumerate(data)
        ]
        body = "".join(lines).encode()
        path = Path("raw") / f"source={source}" / f"{sequence}.ndjson"
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(body)
        at = START + timedelta(days=sequence - 1, microseconds=1)
        self.manifest.add(
            [
                Segment(
                    sequence=0,
                    source=source,
                    day=at.date().isoformat(),
                    path=str(path),
                    log=str(sequence),
                    records=len(data),
                    size_bytes=len(body),
                    sha256=hashlib.sha256(body).hexdigest(),
                    first_at=at,
                    last_at=at,
                )
            ]
        )

    def reject(self, source: str, data: bytes, key: str = "1:0") -> None:
        """Quarantine a record."""
        record = QuarantinedRecord(
            key=key,
            source=source,
            stage="ingest",
            received_at=START,
            path="/number",
            reason="not a number",
            data=data,
        )
        self.quarantine.add([record])

    def session(self, **settings: Any) -> SqlSession:
        """Make a session; close it after use."""
        given = {"processes": 1, "timeout_seconds": 60.0, **settings}
        return SqlSession(
            self.folder,
            tables=self.tables,
            manifest=self.manifest,
            usage=self.usage,
            settings=QuerySettings(**given),
            clock=SystemClock(),
        )


@dataclass
class Asking:
    """Asks a session and reads its rows."""

    session: SqlSession

    def answer(self, sql: str, **given: Any) -> Answer:
        """Return the whole answer."""
        return self.session.run(Question(sql=sql, **given), LOCAL)

    def __call__(self, sql: str, **given: Any) -> Sequence[Any]:
        return [json.loads(row) for row in self.answer(sql, **given).rows]


def fill(lake: Lake) -> None:
    """Put something into every zone."""
    lake.add_segment("sensors", '{"number": 1}', '{"number": 12345678901234567890123, "x": 1.5}')
    lake.add_rows(1, 2, 3)
    lake.reject("sensors", b'{"number": "\xff"}')


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with ExitStack() as stack:
        yield Lake(tmp_path / "lake", stack)


@pytest.fixture
def asking(lake: Lake) -> Iterator[Callable[..., Asking]]:
    """Make sessions on the lake, with settings."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Asking:
            return Asking(stack.enter_context(closing(lake.session(**settings))))

        yield make


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    """Ask a lake that no test changes; its query process is shared, as a server's is."""
    with ExitStack() as stack:
        lake = Lake(tmp_path_factory.mktemp("sql") / "it's a lake", stack)
        fill(lake)
        yield Asking(stack.enter_context(closing(lake.session(timeout_seconds=60.0))))


@pytest.fixture
def filled(lake: Lake) -> Lake:
    fill(lake)
    return lake
