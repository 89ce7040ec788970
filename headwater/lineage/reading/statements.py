"""What events say of a job or dataset, each facet with who sent it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.reading.rows import moment_of_key, rows_of, to_text
from headwater.lineage.reading.said import DATASET_KEY, JOB_KEY
from headwater.model.lineage import Moment

_COMMON: Final = (
    "SELECT n.name, b.body, e.principal, {told} FROM {kind}_facet f"
    " JOIN facet_name n ON n.id = f.facet_name_id JOIN facet b ON b.id = f.facet_id"
    " JOIN event e ON e.hash = substr({told}, 10) WHERE f.{kind}_id = :key AND f.is_deleted = 0"
    " AND n.display IN ('tags', 'ownership', 'documentation', 'schema', 'catalog', 'hierarchy')"
)
_AS_WRITTEN: Final = (
    " AND (f.role = 1 OR NOT EXISTS (SELECT 1 FROM dataset_facet w"
    " WHERE w.dataset_id = f.dataset_id AND w.facet_name_id = f.facet_name_id AND w.role = 1))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One facet as it counts now: its body, the principal that sent it, the event's time."""

    body: bytes
    by: str
    at: Moment


class Statements:
    """Reads the facets that describe something."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: Literal["job", "dataset"], key: int) -> dict[str, Statement]:
        """Return tags, ownership, documentation, schema, catalog and hierarchy, where there are."""
        told = DATASET_KEY if kind == "dataset" else JOB_KEY
        sql = _COMMON.format(kind=kind, told=told) + (_AS_WRITTEN if kind == "dataset" else "")
        return {
            to_text(bytes(name)): Statement(
                body=FACET.unpack(bytes(body)), by=by, at=moment_of_key(bytes(lww_key))
            )
            for name, body, by, lww_key in rows_of(self._connection, sql, key=key)
        }
