"""Relations, the scopes in which names find them, and how a column name is resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from headwater.sdk.sql.trace import NOTHING, UNKNOWN, Trace, column_of, indirectly, merge, through


@dataclass(frozen=True, slots=True)
class Numbering:
    """What row numbers are made from: the groups that they count in, and the order there.

    `shown` are the output columns that hold what the groups are made by, None for what none does.
    """

    groups: tuple[Trace, ...]
    sort: Trace
    shown: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Rows with columns: what each column depends on, and what decides which rows there are.

    `order` decides their order, where there is one. `key` are columns of which each
    combination is there at most once; the empty key means one row at most, and `always` that
    there is one. An `open` relation is a table whose columns are not known, an `opaque` one
    hides where rows come from. `numbered` are the columns that hold row numbers.
    """

    columns: tuple[tuple[str, Trace], ...]
    rows: Trace = NOTHING
    order: Trace = NOTHING
    key: frozenset[str] | None = None
    always: bool = False
    open: str | None = None
    opaque: bool = False
    numbered: Mapping[str, Numbering] = field(default_factory=dict)

    def column(self, name: str) -> Trace | None:
        """Return the trace of the column called `name` in any case, or None."""
        wanted = name.lower()
        for present, trace in self.columns:
            if present.lower() == wanted:
                return trace
        if self.opaque:
            return merge((self.rows, UNKNOWN))
        return None


@dataclass(slots=True)
class Source:
    """A relation under its name in FROM; `hidden` columns do not show in a bare star."""

    alias: str
    relation: Relation
    qualified: str = ""
    hidden: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Scope:
    """The names that an expression can use, those of the enclosing query after its own."""

    parent: Scope | None = None
    sources: list[Source] = field(default_factory=list)
    merged: dict[str, Trace] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    bound: dict[str, Trace] = field(default_factory=dict)
    windows: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, Callable[[], Trace]] = field(default_factory=dict)
    resolving: set[str] = field(default_factory=set)
    rows: list[Trace] = field(default_factory=list)

    def chain(self) -> Iterator[Scope]:
        """Yield this scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def relation(self, name: str) -> Relation | None:
        """Return the common table expression called `name`, or None."""
        for scope in self.chain():
            found = scope.relations.get(name.lower())
            if found is not None:
                return found
        return None

    def window(self, name: str) -> Any:
        """Return the definition of the named window, or None."""
        return next(
            (s.windows[name.lower()] for s in self.chain() if name.lower() in s.windows), None
        )

    def order(self) -> Trace:
        """Return what decides the order in which rows come in."""
        return merge(source.relation.order for source in self.sources)

    def resolve(self, parts: Sequence[str], *, alias_first: bool = False) -> Trace:
        """Return what a column, written as these parts, depends on."""
        for scope in self.chain():
            if alias_first and len(parts) == 1:
                found = scope.alias(parts[0])
                if found is not None:
                    return found
            found = scope.own(parts)
            if found is not None:
                return found
        return UNKNOWN

    def own(self, parts: Sequence[str]) -> Trace | None:
        """Return what a column depends on by the names of this scope alone, or None."""
        if len(parts) > 1:
            for source in self.sources:
                rest = _after_name(source, parts)
                if rest is not None:
                    found = _column(source.relation, rest[0])
                    return UNKNOWN if found is None else member(found, rest[1:])
        found = self._unqualified(parts[0])
        return None if found is None else member(found, parts[1:])

    def _unqualified(self, name: str) -> Trace | None:
        low = name.lower()
        if low in self.bound:
            return self.bound[low]
        if low in self.merged:
            return self.merged[low]
        for source in self.sources:
            found = source.relation.column(name)
            if found is not None:
                return found
        alias = self.alias(name)
        if alias is not None:
            return alias
        for source in self.sources:
            if source.alias.lower() == low:
                return merge(trace for _, trace in source.relation.columns)
        unlisted = [s.relation.open for s in self.sources if s.relation.open is not None]
        if len(unlisted) == 1:
            return column_of(unlisted[0], name)
        return UNKNOWN if unlisted else None

    def alias(self, name: str) -> Trace | None:
        """Return the trace of an entry of the select list by its alias, or None."""
        low = name.lower()
        make = self.aliases.get(low)
        if make is None or low in self.resolving:
            return None
        self.resolving.add(low)
        try:
            return make()
        finally:
            self.resolving.discard(low)


def member(trace: Trace, names: Sequence[str]) -> Trace:
    """Return the trace of a member of a struct, of the whole where members are not apart."""
    for name in names:
        if trace.fields is None:
            return through(trace, "TRANSFORMATION")
        found = trace.fields.get(name.lower())
        if found is None:
            return UNKNOWN
        trace = found
    return trace


def dependent(relation: Relation) -> Relation:
    """Return the relation with what decides its rows moved onto each of its columns.

    Right where the number of rows outside does not depend on it: one row at most, or joined
    from the left on its key.
    """
    columns = tuple(
        (name, Trace(trace.uses | relation.rows.uses, trace.known and relation.rows.known))
        for name, trace in relation.columns
    )
    return replace(relation, columns=columns, rows=NOTHING)


def deciding(traces: Sequence[Trace]) -> Trace:
    """Return columns as what decides rows by their equality, as DISTINCT does."""
    return indirectly(merge(traces), "GROUP_BY")


def _column(relation: Relation, name: str) -> Trace | None:
    found = relation.column(name)
    if found is None and relation.open is not None:
        return column_of(relation.open, name)
    return found


def _after_name(source: Source, parts: Sequence[str]) -> Sequence[str] | None:
    """Return the parts after those that name the source, or None if they do not."""
    if parts[0].lower() == source.alias.lower():
        return parts[1:]
    names = source.qualified.lower().split(".") if source.qualified else []
    for length in range(len(names), 0, -1):
        if len(parts) > length and [p.lower() for p in parts[:length]] == names[-length:]:
            return parts[length:]
    return None
