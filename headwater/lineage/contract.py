"""What every lineage store promises.

Blocking; `api` calls it from a thread. Names are text as sent, lone surrogates included.
Everything a reader gets back is a plain value, owned by the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from headwater.errors import Invalid
from headwater.model.principal import Principal


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One event or command as it came in: the bytes, who sent them, when.

    Only what `lineage.commands` made is a command; no producer can send one as an event.
    `notes` say what the door took out of it; one with a `refusal` is refused with that.
    """

    body: bytes
    principal: Principal
    received_at: datetime
    is_command: bool = False
    notes: tuple[str, ...] = ()
    refusal: Invalid | None = None


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one arrival: its canonical hash, its sequence, whether it was new.

    `warnings` lists what was off, as `path: what`.
    """

    hash: str
    sequence: int
    is_new: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What a hard delete or a cut did: how many entries are blank now, or would be after a trial.

    `is_mentioned`: facets of other events still name it, as a parent or in column lineage; None
    after a trial or a cut.
    """

    entries: int
    is_mentioned: bool | None


class Log(Protocol):
    """The truth: events and commands in commit order, with the projections they make.

    `apply` is one transaction: on return the log rows and every projection of them are durable.
    Idempotent: an event whose canonical hash is there changes nothing. Order of arrival does
    not change any projection. An arrival that cannot be kept yields its error in its place and
    is in the dead-letter store; the others are applied.
    """

    def apply(self, arrivals: Sequence[Arrival]) -> Sequence[Applied | Exception]:
        """Apply a batch and return an outcome for each arrival."""
        ...

    def rebuild(self) -> int:
        """Make every projection again from the log; return how many entries it holds."""
        ...

    def erase(self, arrival: Arrival, *, is_trial: bool) -> Erased:
        """Blank every entry that an `erase` command names or a `cut` lets go, then rebuild.

        On return the blank entries and the command are durable; nothing brings them back. A trial
        only counts. Meanwhile reads go on, and `apply` raises `Busy`.
        """
        ...

    def dump(self) -> bytes:
        """Return every projection as canonical text: names and hashes, no ids, no arrivals."""
        ...

    def close(self) -> None:
        """Checkpoint and truncate the write-ahead log, then let go of the file."""
        ...
