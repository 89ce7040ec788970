"""Entries of the log as lines of text, so that they can leave one store and enter another.

An event is exported as itself, with one more member in front: `_headwater`, which says its
sequence, when it first arrived and who sent it. So an export is a file of OpenLineage events that
anything can read. What people did stands between them as lines that have nothing but that member,
and so does an event that was sent with a member of this name: it stands inside ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from headwater.errors import Unprocessable
from headwater.wire.openlineage.canonical import decode, encode

MEMBER: Final = "_headwater"
_FRONT: Final = b'{"_headwater":'
_SCANNER: Final = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event or command; without its sequence, arrival and sender where they are not known."""

    body: bytes
    is_command: bool = False
    sequence: int | None = None
    received_at: datetime | None = None
    principal: str | None = None

    def to_line(self) -> bytes:
        """Return the entry as a line, without its end."""
        about: dict[str, object] = {
            "sequence": self.sequence,
            "received_at": None if self.received_at is None else self.received_at.isoformat(),
            "principal": self.principal,
        }
        if self.is_command or b'"_headwater"' in self.body:
            about["command" if self.is_command else "event"] = msgspec.Raw(self.body)
            return _FRONT + encode(about) + b"}"
        rest = self.body[1:]
        return _FRONT + encode(about) + (b"," if rest[:1] != b"}" else b"") + rest


def read_entry(line: bytes) -> Entry:
    """Return the entry that a line is; a line without the member is an event as it is sent.

    Raises `Unprocessable` where the member does not say what it should.
    """
    found = _read_fast(line) if line.startswith(_FRONT) else None
    if found is not None:
        return found
    if b'"_headwater"' not in line:
        return Entry(body=line)
    tree = decode(line)
    if not isinstance(tree, dict) or MEMBER not in tree:
        return Entry(body=line)
    said = tree.pop(MEMBER)
    event = said.get("event") if isinstance(said, dict) else None
    return _entry(json.loads(encode(said)), encode(tree if event is None else event))


def _read_fast(line: bytes) -> Entry | None:
    """Return the entry of a line as `to_line` writes it, None where that is not enough."""
    try:
        text = line.decode()
        about, end = _SCANNER.raw_decode(text, len(_FRONT))
    except (ValueError, RecursionError):
        return None
    rest = text[end:]
    if rest[:1] not in (",", "}") or not isinstance(about, dict) or "event" in about:
        return None
    return _entry(about, ("{" + rest.removeprefix(",")).encode())


def _entry(about: object, body: bytes) -> Entry:
    if not isinstance(about, dict):
        raise _wrong("")
    sequence, principal = about.get("sequence"), about.get("principal")
    if not isinstance(sequence, int | None):
        raise _wrong("/sequence")
    if not isinstance(principal, str | None):
        raise _wrong("/principal")
    command = about.get("command")
    return Entry(
        body=body if command is None else encode(command),
        is_command=command is not None,
        sequence=sequence,
        received_at=_arrival(about.get("received_at")),
        principal=principal,
    )


def _arrival(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _wrong("/received_at")
    return found.astimezone(UTC)


def _wrong(path: str) -> Unprocessable:
    return Unprocessable(
        "the member _headwater is not as an export writes it",
        path=f"/{MEMBER}{path}",
        hint="remove it: then the event arrives now",
    )
