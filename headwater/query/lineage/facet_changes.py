"""What changed between two sets of facets, down to their members, and between two texts."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from headwater.model.lineage import Facets
from headwater.wire.openlineage.canonical import decode, encode

FacetChangeKind = Literal["added", "removed", "changed"]

OF_EVERY_RUN: Final = frozenset(
    {"parent", "parentRun", "nominalTime", "errorMessage", "outputStatistics", "inputStatistics"}
)
"""Facets that differ between any two runs, or that a comparison shows by themselves."""

_PROVENANCE: Final = frozenset({"_producer", "_schemaURL"})
_MOST_MEMBERS: Final = 50
_MOST_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """A member of a facet by its JSON Pointer; None where it is not there."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetChange:
    """A facet that came, went or says something else; `members` are the first that differ."""

    name: str
    kind: FacetChangeKind
    members: tuple[MemberChange, ...] = ()
    more_members: int = 0


def facet_changes(
    before: Facets, after: Facets, *, without: Collection[str] = ()
) -> list[FacetChange]:
    """Return what changed by name; who produced a facet and its schema's URL do not count."""
    changes: list[FacetChange] = []
    for name in sorted({*before, *after} - set(without)):
        if name not in before:
            changes.append(FacetChange(name=name, kind="added"))
        elif name not in after:
            changes.append(FacetChange(name=name, kind="removed"))
        elif before[name] != after[name]:
            members = list(_members(_said(before[name]), _said(after[name]), ""))
            if members:
                shown, more = members[:_MOST_MEMBERS], len(members) - _MOST_MEMBERS
                changes.append(
                    FacetChange(
                        name=name, kind="changed", members=tuple(shown), more_members=max(0, more)
                    )
                )
    return changes


def text_changes(before: str | None, after: str | None) -> str | None:
    """Return a unified diff of two texts, None where they say the same but for white space."""
    old, new = (before or "").splitlines(), (after or "").splitlines()
    if [*_words(old)] == [*_words(new)]:
        return None
    lines = difflib.unified_diff(old, new, "before", "after", lineterm="", n=3)
    return "\n".join(lines)


def _words(lines: Iterable[str]) -> Iterator[str]:
    return (word for line in lines for word in line.split())


def _members(old: object, new: object, path: str) -> Iterator[MemberChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new} - (_PROVENANCE if not path else frozenset())):
            where = f"{path}/{_escaped(key)}"
            if key in old and key in new:
                yield from _members(old[key], new[key], where)
            elif key in old:
                yield MemberChange(path=where, before=_shown(old[key]), after=None)
            else:
                yield MemberChange(path=where, before=None, after=_shown(new[key]))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _members(one, other, f"{path}/{number}")
    elif old != new or type(old) is not type(new):
        yield MemberChange(path=path, before=_shown(old), after=_shown(new))


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


class _Number(str):
    """A number as it was sent, which is not the string of the same digits."""

    __slots__ = ()


def _said(facet: bytes) -> object:
    return _with_numbers(decode(facet))


def _with_numbers(value: object) -> object:
    if isinstance(value, dict):
        return {key: _with_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_with_numbers(member) for member in value]
    if isinstance(value, msgspec.Raw):
        return _Number(bytes(value).decode())
    return value


def _shown(value: object) -> str:
    if isinstance(value, str):
        text = str(value)
    else:
        text = encode(_as_sent(value)).decode("utf-8", "replace")
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…"


def _as_sent(value: object) -> object:
    if isinstance(value, dict):
        return {key: _as_sent(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_as_sent(member) for member in value]
    return msgspec.Raw(value.encode()) if isinstance(value, _Number) else value
