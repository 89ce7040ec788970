"""What an expression depends on, and how such dependencies compose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from headwater.sdk.sql.lineage import InputColumn, Subtype

_STRENGTH: Final[Mapping[Subtype, int]] = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


@dataclass(frozen=True, slots=True)
class Trace:
    """The columns that a value depends on; not `known` where some could not be found.

    `fields` are the traces of the members of a struct that the statement itself builds.
    """

    uses: frozenset[InputColumn] = frozenset()
    known: bool = True
    fields: Mapping[str, Trace] | None = None


NOTHING: Final = Trace()
"""A value that depends on no column, for instance a literal."""

UNKNOWN: Final = Trace(known=False)
"""A value whose origin cannot be told."""


def column_of(table: str, column: str) -> Trace:
    """Return the trace of a column read as it is."""
    return Trace(frozenset({InputColumn(table, column, "DIRECT", "IDENTITY")}))


def merge(traces: Iterable[Trace]) -> Trace:
    """Return what depends on all of them; known if each of them is."""
    uses: set[InputColumn] = set()
    known = True
    for trace in traces:
        uses |= trace.uses
        known = known and trace.known
    return Trace(frozenset(uses), known)


def alternatives(first: Trace, second: Trace) -> Trace:
    """Return a value that is the one or the other, keeping the members of structs apart."""
    merged = merge((first, second))
    if first.fields is None or second.fields is None or first.fields.keys() != second.fields.keys():
        return merged
    fields = {name: alternatives(first.fields[name], second.fields[name]) for name in first.fields}
    return replace(merged, fields=fields)


def through(trace: Trace, subtype: Subtype, *, masking: bool = False) -> Trace:
    """Return the result of an operation on a value; the stronger subtype stays."""

    def pass_on(use: InputColumn) -> InputColumn:
        if use.type == "INDIRECT":
            return use
        stronger = subtype if _STRENGTH[subtype] > _STRENGTH[use.subtype] else use.subtype
        return replace(use, subtype=stronger, masking=use.masking or masking)

    return _each(trace, pass_on)


def indirectly(trace: Trace, subtype: Subtype) -> Trace:
    """Return what a value decides without becoming part of the result."""

    def turn(use: InputColumn) -> InputColumn:
        if use.type == "INDIRECT":
            return use
        return InputColumn(use.table, use.column, "INDIRECT", subtype, use.masking)

    return _each(trace, turn)


def _each(trace: Trace, change: Callable[[InputColumn], InputColumn]) -> Trace:
    return Trace(frozenset(change(use) for use in trace.uses), trace.known)
