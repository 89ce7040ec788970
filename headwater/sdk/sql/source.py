"""What stands in FROM: tables, sub-queries, table functions, and how joins unite them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from sqlglot import exp

from headwater.sdk.sql.relation import Relation, Scope, Source, dependent
from headwater.sdk.sql.trace import (
    NOTHING,
    UNKNOWN,
    Trace,
    alternatives,
    column_of,
    indirectly,
    merge,
    through,
)

_OPAQUE: Final = Relation(columns=(), rows=UNKNOWN, opaque=True)
_JSON_COLUMNS: Final = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")
_GENERATORS: Final = frozenset({"generate_subscripts", "repeat", "repeat_row"})


class Walker(Protocol):
    """What sources need of the walk that they are part of."""

    tables: Tables

    def walk(self, node: Any, parent: Scope) -> Relation:
        """Return what a query depends on."""
        ...

    def trace(self, node: Any, scope: Scope) -> Trace:
        """Return what an expression depends on."""
        ...


class Tables:
    """The tables whose columns are known, and those that a statement was found to read."""

    def __init__(self, schema: Mapping[str, Mapping[str, str]]) -> None:
        self._known = {name.lower(): (name, tuple(columns)) for name, columns in schema.items()}
        self._read: dict[str, None] = {}

    @property
    def read(self) -> tuple[str, ...]:
        """Return the tables read so far, in the order in which they were met."""
        return tuple(self._read)

    def find(self, node: exp.Table) -> tuple[str, tuple[str, ...] | None]:
        """Return the schema's name and columns of a table, or the name as written and None."""
        parts = [part.name for part in node.parts]
        for start in range(len(parts)):
            found = self._known.get(".".join(parts[start:]).lower())
            if found is not None:
                return found
        return ".".join(parts), None

    def relation(self, node: exp.Table) -> Relation:
        """Return a table as a relation, and note that it is read."""
        name, columns = self.find(node)
        self._read.setdefault(name)
        if columns is None:
            return Relation(columns=(), open=name)
        return Relation(columns=tuple((column, column_of(name, column)) for column in columns))


def add_source(walker: Walker, node: Any, scope: Scope) -> Source:
    """Bring what stands in FROM into the scope, with the joins that hang on it."""
    source = _source(walker, node, scope)
    alias = node.args.get("alias")
    if alias is not None and alias.name:
        source.alias, source.qualified = alias.name, ""
    source.relation = renamed(source.relation, alias)
    if node.args.get("pivots"):
        source.relation = _OPAQUE
    if source.relation.always:
        source.relation = dependent(source.relation)
    scope.sources.append(source)
    for join in node.args.get("joins") or ():
        add_join(walker, join, scope)
    return source


def renamed(relation: Relation, alias: Any) -> Relation:
    """Give the columns the names that an alias lists, as in `AS t(a, b)`."""
    names = [column.name for column in (alias.args.get("columns") or ())] if alias else []
    if not names:
        return relation
    columns = tuple(
        (names[position] if position < len(names) else name, trace)
        for position, (name, trace) in enumerate(relation.columns)
    )
    moved = {
        old.lower(): new.lower()
        for (old, _), (new, _) in zip(relation.columns, columns, strict=True)
    }
    key = None if relation.key is None else frozenset(moved[name] for name in relation.key)
    return replace(relation, columns=columns, key=key, numbered={})


def _source(walker: Walker, node: Any, scope: Scope) -> Source:
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Func):
        common = None if node.db else scope.relation(node.name)
        relation = walker.tables.relation(node) if common is None else common
        return Source(node.name, relation, ".".join(part.name for part in node.parts))
    if isinstance(node, exp.Unnest):
        return Source("unnest", _unnest(walker, node, scope))
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
        return _joined(walker, node.this, scope)
    inner = node.this if isinstance(node, (exp.Table, exp.Lateral)) else node
    if isinstance(inner, (exp.Subquery, exp.Query, exp.Values)):
        return Source("", walker.walk(inner, scope))
    if isinstance(inner, exp.Func):
        return Source(_function_name(inner), _function(walker, inner, scope))
    return Source("", _OPAQUE)


def _joined(walker: Walker, node: exp.Table, scope: Scope) -> Source:
    """Bring `(a JOIN b ...)` into the scope; the last of its tables is returned, not added."""
    add_source(walker, node, scope)
    return scope.sources.pop()


def _function_name(node: Any) -> str:
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return str(name).lower()


def _function(walker: Walker, node: Any, scope: Scope) -> Relation:
    arguments = through(
        merge([walker.trace(child, scope) for child in node.iter_expressions()]), "TRANSFORMATION"
    )
    name = _function_name(node)
    rows = indirectly(arguments, "JOIN")
    if name in {"json_each", "json_tree"}:
        return Relation(columns=tuple((each, arguments) for each in _JSON_COLUMNS), rows=rows)
    if isinstance(node, exp.GenerateSeries):
        name = "range" if node.args.get("is_end_exclusive") else "generate_series"
        return Relation(columns=((name, arguments),), rows=rows)
    if name in _GENERATORS:
        return Relation(columns=((name, arguments),), rows=rows)
    return Relation(columns=(), rows=replace(rows, known=False), opaque=True)


def _unnest(walker: Walker, node: exp.Unnest, scope: Scope) -> Relation:
    values = [walker.trace(value, scope) for value in node.expressions]
    columns = [("unnest", through(value, "TRANSFORMATION")) for value in values]
    offset = node.args.get("offset")
    if offset:
        columns.append((getattr(offset, "name", "") or "ordinality", NOTHING))
    return Relation(columns=tuple(columns), rows=indirectly(merge(values), "JOIN"))


def add_join(walker: Walker, join: exp.Join, scope: Scope) -> None:
    """Bring the right side of a join into the scope, with what its condition decides."""
    before = len(scope.sources)
    right = add_source(walker, join.this, scope)
    left = scope.sources[:before]
    names = [name.name for name in join.args.get("using") or ()]
    if join.method == "NATURAL":
        present = {name.lower() for each in left for name, _ in each.relation.columns}
        names = [name for name, _ in right.relation.columns if name.lower() in present]
    condition = join.args.get("on")
    keys = [NOTHING if condition is None else walker.trace(condition, scope)]
    keys += [_using(name, join, left, right, scope=scope) for name in names]
    deciding = indirectly(merge(keys), "JOIN")
    if join.side == "LEFT" and _covers_key(condition, names, right):
        # At most one row joins each row of the left, so only the columns of the right depend.
        rows = merge([right.relation.rows, deciding])
        right.relation = dependent(replace(right.relation, rows=rows))
    else:
        scope.rows.append(deciding)
    if join.kind in {"SEMI", "ANTI"}:
        scope.rows.append(right.relation.rows)
        scope.sources.remove(right)


def _using(name: str, join: exp.Join, left: list[Source], right: Source, *, scope: Scope) -> Trace:
    """Unite the two columns of USING under one name; return what they decide together."""
    low = name.lower()
    ours = scope.merged.get(low)
    for source in left:
        ours = ours if ours is not None else _found(source, name)
    theirs = _found(right, name)
    ours, theirs = ours or UNKNOWN, theirs or UNKNOWN
    if join.side == "FULL":
        scope.merged[low] = through(alternatives(ours, theirs), "TRANSFORMATION")
    else:
        scope.merged[low] = theirs if join.side == "RIGHT" else ours
    right.hidden.add(low)
    return merge([ours, theirs])


def _found(source: Source, name: str) -> Trace | None:
    found = source.relation.column(name)
    if found is None and source.relation.open is not None:
        return column_of(source.relation.open, name)
    return found


def _covers_key(condition: Any, using: list[str], right: Source) -> bool:
    """Say whether the join fixes every key column of the right side by an equality."""
    key = right.relation.key
    if key is None:
        return False
    fixed = {name.lower() for name in using}
    for part in condition.flatten() if isinstance(condition, exp.And) else (condition,):
        if not isinstance(part, exp.EQ):
            continue
        for side in (part.this, part.expression):
            if isinstance(side, exp.Column) and side.table.lower() == right.alias.lower():
                fixed.add(side.name.lower())
    return key <= fixed
