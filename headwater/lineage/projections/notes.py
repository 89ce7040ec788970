"""Commands to rows: what people say of things, what they declare, hide and bring back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from headwater.lineage import tables
from headwater.lineage.commands import Command
from headwater.lineage.lww import is_plausible, key_of
from headwater.lineage.names import display, to_bytes
from headwater.lineage.projections.identities import Identities
from headwater.lineage.projections.rows import Rows
from headwater.wire.openlineage.event import EventType

TAG: Final = 0
DESCRIPTION: Final = 1
OWNER: Final = 2

SOURCE_KIND: Final = 0
TAG_KIND: Final = 1

_NOTES: Final = {
    "namespace": tables.NAMESPACE_NOTE,
    "job": tables.JOB_NOTE,
    "dataset": tables.DATASET_NOTE,
}
_WHAT: Final = {"tag": TAG, "untag": TAG, "describe": DESCRIPTION, "own": OWNER, "disown": OWNER}


class Notes:
    """Turns commands into rows, which the projector's caller flushes."""

    def __init__(self, identities: Identities, rows: Rows) -> None:
        self._identities = identities
        self._rows = rows

    def project(self, command: Command, *, seq: int, hash_: bytes, received_us: int) -> None:
        """Add what a command means; its time decides between commands that contradict."""
        if command.verb in ("erase", "cut"):  # what it did is done to the log
            return
        key = key_of(command.time, EventType.NONE, hash_, received_us=received_us)
        us = None
        if command.time is not None and is_plausible(command.time, received_us):
            us = command.time.microseconds
        if command.entity in ("source", "tag"):
            self._declare(command, key, us)
            return
        id_ = self._id_of(command)
        if command.verb == "delete":
            self._identities.mark_deleted(command.entity, id_, seq)
        elif command.verb == "undelete":
            self._identities.mark_revived(command.entity, id_, seq)
        elif command.verb == "declare":
            self._identities.name_namespace(id_, us=us, seq=seq)
            if "owner" in command.values:
                self._note(command, id_, OWNER, key, value=command.values["owner"])
            if "description" in command.values:
                text = command.values["description"]
                self._note(command, id_, DESCRIPTION, key, value=text)
        else:
            what = _WHAT[command.verb]
            value = command.values.get("description" if what == DESCRIPTION else "type")
            if what == OWNER and command.entity == "namespace":  # it has one
                value, command = command.item, replace(command, item="")
            self._note(command, id_, what, key, value=value)

    def _id_of(self, command: Command) -> int:
        if command.entity == "namespace":
            return self._identities.namespace(command.namespace)
        if command.entity == "job":
            return self._identities.job(command.namespace, command.name)
        return self._identities.dataset(command.namespace, command.name)

    def _note(
        self, command: Command, id_: int, what: int, key: bytes, *, value: str | None
    ) -> None:
        stands = value is not None if what == DESCRIPTION else command.verb not in _TAKEN_BACK
        self._rows.write(
            _NOTES[command.entity],
            (id_, to_bytes(command.column), what, to_bytes(command.item)),
            *(key, _optional(value), int(stands), display(command.actor)),
        )

    def _declare(self, command: Command, key: bytes, us: int | None) -> None:
        kind = SOURCE_KIND if command.entity == "source" else TAG_KIND
        ident = (kind, to_bytes(command.name))
        texts = (_optional(command.values.get(name)) for name in ("type", "url", "description"))
        self._rows.write(tables.DECLARATION, ident, key, *texts, display(command.actor))
        self._rows.see(tables.DECLARED, ident, us)


_TAKEN_BACK: Final = ("untag", "disown")


def _optional(text: str | None) -> bytes | None:
    return None if text is None else to_bytes(text)
