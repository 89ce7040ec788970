"""The `schema` facets that a dataset had, by the runs that said them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.reading.rows import moment_of_key, rows_of
from headwater.lineage.reading.said import io_facets
from headwater.model.lineage import Direction, Moment

# A run says the schema again and again: only where the body is another than before counts.
_SAID: Final = (
    "SELECT s.facet_id, s.key, s.run_id, s.kind FROM ("
    "SELECT f.facet_id, f.key, r.id AS run_id, r.kind,"
    " lag(f.facet_id) OVER (ORDER BY f.key, r.uuid) AS before"
    f" FROM {io_facets('io.dataset_id = :dataset AND io.direction = :direction')} f"
    " JOIN run r ON r.id = f.run_id JOIN facet_name n ON n.id = f.facet_name_id"
    " AND n.display = 'schema' WHERE f.part = 0 AND f.is_deleted = 0) s"
    " WHERE s.before IS NULL OR s.before <> s.facet_id ORDER BY s.key"
)
_BODY: Final = "SELECT body FROM facet WHERE id = :id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidSchema:
    """A schema facet: who said it first after another one; `run` is None for a DatasetEvent."""

    body: bytes
    at: Moment
    run: int | None


class Schemas:
    """Reads how the schema of a dataset went on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, dataset: int) -> list[SaidSchema]:
        """Return the schemas of a dataset in order; what readers say where nobody wrote one."""
        return self._said(dataset, "output") or self._said(dataset, "input")

    def _said(self, dataset: int, direction: Direction) -> list[SaidSchema]:
        code = 1 if direction == "output" else 0
        bodies: dict[int, bytes] = {}
        said: list[SaidSchema] = []
        for facet, key, run, kind in rows_of(
            self._connection, _SAID, dataset=dataset, direction=code
        ):
            if facet not in bodies:
                stored = rows_of(self._connection, _BODY, id=facet)[0][0]
                bodies[facet] = FACET.unpack(bytes(stored))
            at = moment_of_key(bytes(key))
            said.append(SaidSchema(body=bodies[facet], at=at, run=None if kind else run))
        return said
