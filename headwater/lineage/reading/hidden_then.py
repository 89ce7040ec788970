"""What was hidden when the log ended at an earlier sequence."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.commands import read_command
from headwater.lineage.reading.named import named_in
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import rows_in, rows_of, to_text
from headwater.model.lineage import Name

_EVER_DELETED: Final = (
    "SELECT x.id, n.name, x.name FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.id IN ({{keys}}) AND (x.deleted_seq > 0 OR n.deleted_seq > 0)"
)
_COMMANDS: Final = "SELECT seq, body FROM event WHERE kind = 3 AND seq <= :known"
_EVENTS_OF_DATASET: Final = (
    "SELECT e.kind, e.body FROM run_io io JOIN event e ON e.run_id = io.run_id"
    " WHERE io.dataset_id = :key AND e.seq > :after AND e.seq <= :known"
)
_EVENTS_OF_JOB: Final = (
    "SELECT e.seq FROM run r JOIN event e ON e.run_id = r.id"
    " WHERE r.job_id = :key AND e.seq > :after AND e.seq <= :known"
    " UNION SELECT e.seq FROM run_parent p JOIN event e ON e.run_id = p.run_id"
    " WHERE p.parent_job_id = :key AND e.seq > :after AND e.seq <= :known LIMIT 1"
)
_DATASET_EVENT: Final = 2

_Named = tuple[str, str, str]


class HiddenThen:
    """Answers for one sequence; the commands up to it are read once."""

    def __init__(self, connection: Connection, known: int) -> None:
        self._connection = connection
        self._known = known
        self._said: dict[_Named, tuple[int, int]] | None = None

    def among(self, kind: Kind, keys: Collection[int]) -> set[int]:
        """Return those that were hidden."""
        rows = rows_in(self._connection, _EVER_DELETED.format(kind=kind), keys)
        return {
            key
            for key, space, name in list(rows)
            if self._is_hidden(kind, key, Name(to_text(space), to_text(name)))
        }

    def _is_hidden(self, kind: Kind, key: int, name: Name) -> bool:
        deleted, revived = self._of(kind, name.namespace, name.name)
        deleted = max(deleted, self._of("namespace", name.namespace, "")[0])
        return deleted > revived and not self._was_named(kind, key, name, deleted)

    def _of(self, entity: str, namespace: str, name: str) -> tuple[int, int]:
        """Return the sequences of the last delete and of the last command that undid one."""
        if self._said is None:
            self._said = {}
            for sequence, body in rows_of(self._connection, _COMMANDS, known=self._known):
                command = read_command(bytes(body))
                what = (command.entity, command.namespace, command.name)
                deleted, revived = self._said.get(what, (0, 0))
                if command.verb == "delete":
                    deleted = max(deleted, sequence)
                elif command.verb == "undelete":
                    revived = max(revived, sequence)
                self._said[what] = (deleted, revived)
        return self._said.get((entity, namespace, name), (0, 0))

    def _was_named(self, kind: Kind, key: int, name: Name, after: int) -> bool:
        values = {"key": key, "after": after, "known": self._known}
        if kind == "job":
            return bool(rows_of(self._connection, _EVENTS_OF_JOB, **values))
        return any(
            event == _DATASET_EVENT
            or any(
                (one.namespace, one.name) == (name.namespace, name.name)
                for one in named_in(bytes(body))[0]
            )
            for event, body in rows_of(self._connection, _EVENTS_OF_DATASET, **values)
        )
