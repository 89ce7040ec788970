"""Hard deletes: which entries of the log tell of a thing, and how they become blank.

A blank entry keeps its place, its hash, its sender and its arrival, so that sequences hold and the
same event, sent again, is known and stays out. What it said is gone, and so are the facets that
only blank entries held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from headwater.database.bulk import update
from headwater.database.session import Session
from headwater.lineage import tables
from headwater.lineage.commands import Command, read_command
from headwater.lineage.deflate import EVENT
from headwater.lineage.envelope import facet_ids
from headwater.lineage.names import to_bytes
from headwater.wire.openlineage.canonical import decode

KIND_COMMAND: Final = 3
KIND_BLANK: Final = 4
_BLANK: Final = b"{}"
_BATCH: Final = 500

_ERASE: Final = update(
    tables.EVENT,
    key="seq",
    rules=dict.fromkeys(("kind", "type", "flags", "time_s", "time_ns", "run_id", "body"), "new"),
)
_OF_RUNS: Final = "SELECT seq, body FROM event WHERE kind < 3 AND run_id IN ({keys})"
_COMMANDS: Final = f"SELECT seq, body FROM event WHERE kind = {KIND_COMMAND}"
_BODIES: Final = "SELECT seq, body FROM event WHERE kind < 3 AND seq > ? ORDER BY seq LIMIT ?"
_MENTIONS: Final = "SELECT count(*) FROM {kind} x JOIN namespace n ON n.id = x.namespace_id WHERE "


class Erasure:
    """One hard delete of a namespace, job or dataset, inside a transaction."""

    def __init__(self, session: Session, command: Command) -> None:
        self._session = session
        self._command = command

    def entries(self) -> list[int]:
        """Return the sequences of the events that name it and of the commands about it."""
        events = self._session.rows_in(_OF_RUNS, self._runs())
        named = [seq for seq, body in events if self._names(bytes(body))]
        commands = [
            seq
            for seq, body in self._session.rows(_COMMANDS)
            if self._is_about(read_command(bytes(body)))
        ]
        return sorted({*named, *commands})

    def blank(self, sequences: Iterable[int]) -> None:
        """Take away what these entries say, and the facets that nothing else holds."""
        wanted = sorted(sequences)
        bodies = self._session.rows_in("SELECT body FROM event WHERE seq IN ({keys})", wanted)
        orphans = {id_ for (body,) in bodies for id_ in _facets(bytes(body))}
        rows = [(seq, KIND_BLANK, 0, 0, None, None, None, _BLANK) for seq in wanted]
        self._session.write(_ERASE, rows)
        for body in self._remaining():
            if not orphans:
                return
            orphans -= facet_ids(body)
        for id_ in sorted(orphans):
            self._session.run("DELETE FROM facet WHERE id = ?", id_)

    def is_mentioned(self) -> bool:
        """Tell, after a rebuild, whether other events still mention it in their facets."""
        command = self._command
        kinds = ("job", "dataset") if command.entity == "namespace" else (command.entity,)
        where, bound = "n.name = ?", [to_bytes(command.namespace)]
        if command.entity != "namespace":
            where += " AND x.name = ?"
            bound.append(to_bytes(command.name))
        counts = (
            self._session.rows(_MENTIONS.format(kind=kind) + where, *bound)[0][0] for kind in kinds
        )
        return any(counts)

    def _runs(self) -> list[int]:
        """Return the runs in which such an event may be; JobEvents and DatasetEvents have one."""
        space, name = to_bytes(self._command.namespace), to_bytes(self._command.name)
        found: set[int] = set()
        for kind, sql in (
            ("job", "SELECT r.id FROM run r JOIN job x ON x.id = r.job_id"),
            ("dataset", "SELECT r.run_id FROM run_io r JOIN dataset x ON x.id = r.dataset_id"),
        ):
            if self._command.entity not in (kind, "namespace"):
                continue
            inside = sql + " JOIN namespace n ON n.id = x.namespace_id WHERE n.name = ?"
            if self._command.entity == "namespace":
                rows = self._session.rows(inside, space)
            else:
                rows = self._session.rows(inside + " AND x.name = ?", space, name)
            found.update(id_ for (id_,) in rows)
        return sorted(found)

    def _names(self, stored: bytes) -> bool:
        """Tell whether an event names it as its job, its dataset, an input or an output."""
        tree = decode(EVENT.unpack(stored))
        entity = self._command.entity
        named: list[object] = [] if entity == "dataset" else [tree.get("job")]
        if entity != "job":
            named.append(tree.get("dataset"))
            for side in ("inputs", "outputs"):
                listed = tree.get(side)
                named += listed if isinstance(listed, list) else []
        return any(self._is_it(one) for one in named)

    def _is_it(self, named: object) -> bool:
        if not isinstance(named, dict) or _text(named, "namespace") != self._command.namespace:
            return False
        return self._command.entity == "namespace" or _text(named, "name") == self._command.name

    def _is_about(self, other: Command) -> bool:
        mine = self._command
        if other.verb == "erase" or other.namespace != mine.namespace:
            return False
        if mine.entity == "namespace":
            return other.entity in ("namespace", "job", "dataset")
        return other.entity == mine.entity and other.name == mine.name

    def _remaining(self) -> Iterator[bytes]:
        after = 0
        while batch := self._session.rows(_BODIES, after, _BATCH):
            after = batch[-1][0]
            yield from (bytes(body) for _, body in batch)


def _text(named: dict[str, object], member: str) -> object:
    """Return a name as the reader of events takes it: a number is its digits."""
    value = named.get(member)
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value


def _facets(stored: bytes) -> set[int]:
    """Return the facets of an entry; a command has none."""
    return set() if stored.startswith(b'{"actor"') else facet_ids(stored)
