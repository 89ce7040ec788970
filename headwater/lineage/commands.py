"""Commands: what people do to lineage, kept in the same log as what producers say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast
from uuid import uuid4

from headwater.errors import Unprocessable
from headwater.wire.openlineage.canonical import decode, encode
from headwater.wire.openlineage.times import EventTime, read_time

Verb = Literal[
    "delete", "undelete", "erase", "cut", "declare", "tag", "untag", "describe", "own", "disown"
]
Entity = Literal["namespace", "job", "dataset", "source", "tag", "log"]

_NAMED: Final = ("namespace", "job", "dataset")
VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    "delete": _NAMED,
    "undelete": _NAMED,
    "declare": ("namespace", "source", "tag"),
    "tag": ("job", "dataset"),
    "untag": ("job", "dataset"),
    "describe": _NAMED,
    "own": _NAMED,
    "disown": _NAMED,
    "erase": _NAMED,
    "cut": ("log",),
}
"""Every verb, and what it can be said of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that a person does to a namespace, job, dataset, source or tag, or to the log.

    `name` is "" for a namespace, `namespace` is "" for a source or tag, both are for the log.
    `column` is of a dataset, "" the whole. `item` is the tag or the owner. `values` are texts:
    `description` of `describe` (None takes it back) and `declare`; `owner` of a declared namespace
    (what is absent stays as it was); `type` and `url` of a declared source; `type` of an owner;
    `before` of a cut, a time. A namespace has one owner.
    `at` is the time that the command names, as text; it decides between two that contradict
    each other. `stamped` fills it in, and the actor, where the log needs them.
    """

    verb: Verb
    entity: Entity
    namespace: str = ""
    name: str = ""
    column: str = ""
    item: str = ""
    values: Mapping[str, str | None] = field(default_factory=dict)
    at: str | None = None
    actor: str = ""

    @property
    def time(self) -> EventTime | None:
        """Return the time that the command names."""
        return None if self.at is None else read_time(self.at)

    def stamped(self, *, at: str, actor: str) -> Command:
        """Return the command with who says it, and a time unless it names one."""
        return replace(self, at=self.at or at, actor=actor)

    def to_bytes(self) -> bytes:
        """Return the command for the log, with a nonce: two equal commands are two."""
        body: dict[str, object] = {
            "command": self.verb,
            "entity": self.entity,
            "namespace": self.namespace,
            "name": self.name,
            "at": self.at,
            "actor": self.actor,
            "nonce": uuid4().hex,
        }
        if self.column:
            body["column"] = self.column
        if self.item:
            body["item"] = self.item
        if self.values:
            body["values"] = dict(self.values)
        return encode(body)


def read_command(body: bytes) -> Command:
    """Return the command that `to_bytes` made; raises `Unprocessable`."""
    value = decode(body)
    if not isinstance(value, dict):
        raise Unprocessable("a command is a JSON object")
    verb, entity = value.get("command"), value.get("entity")
    if entity not in VERBS.get(str(verb), ()) or not isinstance(value.get("namespace"), str):
        raise Unprocessable(f"not a command: {verb!r} of {entity!r}")
    text = {k: v for k, v in value.items() if isinstance(v, str)}
    values = value.get("values")
    return Command(
        verb=cast("Verb", verb),
        entity=cast("Entity", entity),
        namespace=text["namespace"],
        name=text.get("name", ""),
        column=text.get("column", ""),
        item=text.get("item", ""),
        values=values if isinstance(values, dict) else {},
        at=text.get("at"),
        actor=text.get("actor", ""),
    )
