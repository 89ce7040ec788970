"""Every projection as text that names things, so that two stores can be compared byte by byte."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Table

from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.names import from_bytes
from headwater.lineage.projections.documents import KINDS
from headwater.lineage.projections.run_drafts import OWNER_JOB, OWNER_RUN
from headwater.lineage.reading.rows import hidden
from headwater.lineage.reading.said import DATASET_KEY, JOB_KEY, io_facets, run_facets
from headwater.lineage.search_index import ALL_FIELDS

_NOT_OF_RUNS: Final = ("id", "uuid", "job_id", "run_set_id", "job_set_id")
_FACET: Final = ("facet_name_id", "facet_id", "is_deleted")
_NAMED: Final = ("namespace", "job", "dataset")
_DUMPED: Final = (
    tables.RUN_PARENT,
    tables.JOB_EDGE,
    tables.FACET_EDGE,
    tables.LINEAGE_USE,
    tables.FACET_SYMLINK,
    tables.NAMESPACE_NOTE,
    tables.JOB_NOTE,
    tables.DATASET_NOTE,
    tables.DECLARATION,
    tables.DECLARED,
)
_SAID: Final = (
    ("run_io", "run_io", ("run_id", "dataset_id", "direction", "key")),
    *(
        ("run_facet", run_facets("1 = 1", owner=owner), ("run_id", "owner", *_FACET, "key"))
        for owner in (OWNER_RUN, OWNER_JOB)
    ),
    (
        "io_facet",
        io_facets("1 = 1"),
        ("run_id", "dataset_id", "direction", "part", *_FACET, "key"),
    ),
    ("job_facet", "job_facet", ("job_id", *_FACET, JOB_KEY)),
    ("dataset_facet", "dataset_facet", ("dataset_id", "role", *_FACET, DATASET_KEY)),
)
"""What facets were said, and of what: neither sets nor what is in them are in a dump."""

_TEXT: Final = frozenset(
    {"out_field", "in_field", "field", "item", "value", "name", "type", "url", "description"}
)


def dump_projections(session: Session) -> bytes:
    """Return one JSON line per row, sorted; no ids, sequences or arrivals are in it."""
    names = _Names(session)
    lines = [*_entities(session, names), *_runs(session, names)]
    for table in _DUMPED:
        lines.extend(_rows(session, table, names))
    for said in _SAID:
        lines.extend(_said(session, said, names))
    lines.extend(_documents(session, names))
    return "".join(sorted(lines)).encode()


class _Names:
    """What stands in a dump in place of each row id."""

    def __init__(self, session: Session) -> None:
        space = {i: from_bytes(n) for i, n in session.rows("SELECT id, name FROM namespace")}
        self.of: dict[str, dict[int, Any]] = {"namespace": space}
        for table in ("job", "dataset"):
            rows = session.rows(f"SELECT id, namespace_id, name FROM {table}")
            self.of[table] = {i: [space[s], from_bytes(n)] for i, s, n in rows}
        rows = session.rows("SELECT id, name FROM facet_name")
        self.of["facet_name"] = {i: from_bytes(n) for i, n in rows}
        rows = session.rows("SELECT id, hash FROM facet")
        self.of["facet"] = {i: h.hex() for i, h in rows}
        rows = session.rows("SELECT id, uuid, job_id FROM run")
        self.of["run"] = {i: [u.hex(), self.of["job"].get(j)] for i, u, j in rows}

    def shown(self, column: str, value: Any) -> Any:
        for table, names in self.of.items():
            if column.endswith(f"{table}_id") and isinstance(value, int) and value > 0:
                return names[value]
        if isinstance(value, bytes):
            return from_bytes(value) if column in _TEXT else value.hex()
        return value


def _line(table: str, *values: Any) -> str:
    return json.dumps([table, *values], ensure_ascii=True) + "\n"


def _documents(session: Session, names: _Names) -> Iterator[str]:
    columns = ", ".join(f'"{name}"' for name in ALL_FIELDS)
    for id_, *fields in session.rows(f"SELECT id, {columns} FROM search_document"):
        kind = KINDS[id_ % 2]
        yield _line("search_document", kind, names.of[kind][id_ // 2], *fields)


def _entities(session: Session, names: _Names) -> Iterator[str]:
    is_hidden = f"CASE WHEN {hidden('e')} THEN 1 ELSE 0 END"
    for table in _NAMED:
        join, standing = "JOIN namespace n ON n.id = e.namespace_id", "e.standing"
        if table == "namespace":
            join, standing = (
                "JOIN namespace n ON n.id = e.id",
                "CASE WHEN e.named_seq > 0 THEN 1 ELSE 0 END",
            )
        sql = f"""SELECT e.id, {standing}, e.first_us, e.last_us,
          {is_hidden}, e.display FROM {table} e {join}"""
        for id_, *rest in session.rows(sql):
            yield _line(table, names.of[table][id_], *rest)


def _runs(session: Session, names: _Names) -> Iterator[str]:
    columns = [c.name for c in tables.RUN.columns if c.name not in _NOT_OF_RUNS]
    for id_, *rest in session.rows(f"SELECT id, {', '.join(columns)} FROM run"):
        shown = [names.shown(c, v) for c, v in zip(columns, rest, strict=True)]
        yield _line("run", names.of["run"][id_], *shown)


def _rows(session: Session, table: Table, names: _Names) -> Iterator[str]:
    columns = [c.name for c in table.columns if c.name != "number"]
    quoted = ", ".join(f'"{c}"' for c in columns)
    for row in session.rows(f"SELECT {quoted} FROM {table.name}"):
        shown = (names.shown(c, v) for c, v in zip(columns, row, strict=True))
        yield _line(table.name, *shown)


def _said(session: Session, said: tuple[str, str, Sequence[str]], names: _Names) -> Iterator[str]:
    table, source, columns = said
    for row in session.rows(f"SELECT {', '.join(columns)} FROM {source} f"):
        shown = (names.shown(c, v) for c, v in zip(columns, row, strict=True))
        yield _line(table, *shown)
