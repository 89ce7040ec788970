"""Commands: what people do to lineage, kept in the same log as what producers say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from uuid import uuid4

from headwater.errors import Unprocessable
from headwater.wire.openlineage.canonical import decode, encode
from headwater.wire.openlineage.times import EventTime, read_time

Verb = Literal["delete", "undelete"]
Entity = Literal["namespace", "job", "dataset"]
VERBS: Final = ("delete", "undelete")
ENTITIES: Final = ("namespace", "job", "dataset")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Hide a namespace, job or dataset, or bring it back; `name` is "" for a namespace.

    `at` is the time that the command names, as text, or None for the time of its admission.
    """

    verb: Verb
    entity: Entity
    namespace: str
    name: str = ""
    at: str | None = None

    @property
    def time(self) -> EventTime | None:
        """Return the time that the command names."""
        return None if self.at is None else read_time(self.at)

    def to_bytes(self) -> bytes:
        """Return the command for the log, with a nonce: two equal commands are two."""
        body = {
            "command": self.verb,
            "entity": self.entity,
            "namespace": self.namespace,
            "name": self.name,
            "at": self.at,
            "nonce": uuid4().hex,
        }
        return encode(body)


def read_command(body: bytes) -> Command:
    """Return the command that `to_bytes` made; raises `Unprocessable`."""
    value = decode(body)
    if not isinstance(value, dict):
        raise Unprocessable("a command is a JSON object")
    verb, entity, namespace = (value.get(n) for n in ("command", "entity", "namespace"))
    if verb not in VERBS or entity not in ENTITIES or not isinstance(namespace, str):
        raise Unprocessable(f"not a command: {verb!r} of {entity!r} in {namespace!r}")
    name, at = value.get("name"), value.get("at")
    return Command(
        verb=verb,
        entity=entity,
        namespace=namespace,
        name=name if isinstance(name, str) else "",
        at=at if isinstance(at, str) else None,
    )
