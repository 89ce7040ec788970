"""What a query depends on: its clauses, set operations and common table expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from sqlglot import exp

from headwater.sdk.sql.choice import (
    first_in_window,
    first_of_each,
    keep_firsts,
    kept_key,
    row_number,
    shown_as,
    sorted_out,
)
from headwater.sdk.sql.expression import is_aggregate, trace_expression
from headwater.sdk.sql.projection import Projection, expand
from headwater.sdk.sql.relation import Numbering, Relation, Scope, deciding
from headwater.sdk.sql.source import Tables, add_join, add_source, renamed
from headwater.sdk.sql.trace import NOTHING, UNKNOWN, Trace, alternatives, indirectly, merge

_MAX_ROUNDS: Final = 20
_LOSING: Final = ("having", "qualify", "limit", "offset", "group", "fetch")
"""Clauses after which even an aggregate of everything may have no row."""


class QueryWalker:
    """Walks queries over tables whose columns are known."""

    def __init__(self, schema: Mapping[str, Mapping[str, str]], dialect: str) -> None:
        self.tables = Tables(schema)
        self._dialect = dialect

    def trace(self, node: Any, scope: Scope) -> Trace:
        """Return what an expression depends on."""
        return trace_expression(node, scope, self.walk)

    def walk(self, node: Any, parent: Scope) -> Relation:
        """Return what the columns and the rows of a query depend on."""
        scope = Scope(parent=parent)
        self.add_common_tables(node, scope)
        if isinstance(node, exp.Subquery):
            return self._ordered(node, self.walk(node.this, scope), scope)
        if isinstance(node, exp.SetOperation):
            return self._ordered(node, self._set_operation(node, scope), scope)
        if isinstance(node, exp.Select):
            return self._select(node, scope)
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        if isinstance(node, exp.Table):
            add_source(self, node, scope)
            return scope.sources[0].relation
        return Relation(columns=(), rows=UNKNOWN, opaque=True)

    def add_common_tables(self, node: Any, scope: Scope) -> None:
        """Bring the common table expressions of WITH into the scope."""
        clause = node.args.get("with_")
        for common in clause.expressions if clause is not None else ():
            name, alias = common.alias.lower(), common.args.get("alias")
            if clause.recursive and isinstance(common.this, exp.SetOperation):
                scope.relations[name] = self._recursive(common, name, scope)
            else:
                scope.relations[name] = renamed(self.walk(common.this, scope), alias)

    def _recursive(self, common: exp.CTE, name: str, scope: Scope) -> Relation:
        alias = common.args.get("alias")
        inner = Scope(parent=scope)
        relation = renamed(self.walk(common.this.this, scope), alias)
        for _ in range(_MAX_ROUNDS):
            inner.relations[name] = replace(relation, key=None)
            again = renamed(self.walk(common.this, inner), alias)
            if again == relation:
                return relation
            relation = again
        return replace(relation, rows=merge([relation.rows, UNKNOWN]))

    # -- SELECT -------------------------------------------------------------------------------

    def _select(self, node: exp.Select, scope: Scope) -> Relation:
        clause = node.args.get("from_")
        if clause is not None:
            add_source(self, clause.this, scope)
        for join in node.args.get("joins") or ():
            add_join(self, join, scope)
        for lateral in node.args.get("laterals") or ():
            add_source(self, lateral, scope)
        for window in node.args.get("windows") or ():
            scope.windows[window.name.lower()] = window
        conditions = list(keep_firsts(node.args.get("where"), scope))
        projections = [
            projection
            for entry in node.expressions
            for projection in expand(entry, scope, self._dialect)
        ]
        self._name_aliases(projections, scope)
        rows = [source.relation.rows for source in scope.sources]
        first = first_in_window(node.args.get("qualify"))
        clauses = [node.args.get("having"), None if first else node.args.get("qualify")]
        conditions += [clause.this for clause in clauses if clause is not None]
        rows += [indirectly(self.trace(each, scope), "FILTER") for each in conditions]
        columns = tuple((each.name, self._projected(each, scope)) for each in projections)
        grouping, unique = self._grouping(node, projections, columns, scope)
        rows += [grouping, *scope.rows]
        relation = Relation(
            columns=columns,
            rows=merge(rows),
            order=scope.order(),
            key=unique,
            always=unique == frozenset() and not any(node.args.get(each) for each in _LOSING),
        )
        relation = replace(relation, numbered=self._numbered(projections, relation, scope))
        if first is not None:
            keys = first.args.get("partition_by") or ()
            relation = first_of_each(
                relation, self._numbering(keys, first, projections, relation=relation, scope=scope)
            )
        return self._ordered(node, self._distinct(node, projections, relation, scope), scope)

    def _numbered(
        self, projections: list[Projection], relation: Relation, scope: Scope
    ) -> dict[str, Numbering]:
        windows = {each.name.lower(): row_number(each.node) for each in projections}
        return {
            name: self._numbering(
                window.args.get("partition_by") or (),
                window,
                projections,
                relation=relation,
                scope=scope,
            )
            for name, window in windows.items()
            if window is not None
        }

    def _numbering(
        self,
        keys: Sequence[Any],
        ordered: Any,
        projections: list[Projection],
        *,
        relation: Relation,
        scope: Scope,
    ) -> Numbering:
        """Return the groups and the order of a window, or of the query of DISTINCT ON."""

        def trace(node: Any) -> Trace:
            if isinstance(ordered, exp.Window):
                return self.trace(node, scope)
            return self._order_key(node, relation, scope)

        shown = tuple(shown_as(each, projections, scope) for each in keys)
        order = ordered.args.get("order")
        sort = relation.order
        if order is not None:
            sort = indirectly(merge([trace(each.this) for each in order.expressions]), "SORT")
        return Numbering(tuple(trace(each) for each in keys), sort, shown)

    def _name_aliases(self, projections: list[Projection], scope: Scope) -> None:
        for each in projections:
            if isinstance(each.node, exp.Alias):
                scope.aliases.setdefault(each.name.lower(), partial(self._projected, each, scope))

    def _projected(self, projection: Projection, scope: Scope) -> Trace:
        if projection.found is not None:
            return projection.found
        return self.trace(projection.node, scope)

    def _grouping(
        self,
        node: exp.Select,
        projections: list[Projection],
        columns: tuple[tuple[str, Trace], ...],
        scope: Scope,
    ) -> tuple[Trace, frozenset[str] | None]:
        """Return what the groups depend on, and the columns that are then unique."""
        group = node.args.get("group")
        aggregates = [each.node is not None and is_aggregate(each.node) for each in projections]
        if group is None:
            single = any(aggregates) or _limits_to_one(node)
            return NOTHING, frozenset() if single else kept_key(projections, scope)
        if group.args.get("all"):
            plain = [n for n, is_made in enumerate(aggregates) if not is_made]
            key = frozenset(columns[n][0].lower() for n in plain)
            return deciding([columns[n][1] for n in plain]), key
        traces: list[Trace] = []
        names: set[str | None] = set()
        expressions = list(group.expressions)
        is_plain = True
        for kind in ("grouping_sets", "cube", "rollup"):
            expressions += group.args.get(kind) or ()
        for each in expressions:
            is_plain = is_plain and not isinstance(each, (exp.Rollup, exp.Cube, exp.GroupingSets))
            position = _position(each, len(columns))
            if position is not None:
                traces.append(columns[position][1])
                names.add(columns[position][0].lower())
            else:
                traces.append(self.trace(each, scope))
                names.add(_output_of(each, projections, scope))
        unique = is_plain and None not in names
        return deciding(traces), frozenset(n for n in names if n) if unique else None

    def _distinct(
        self, node: exp.Select, projections: list[Projection], relation: Relation, scope: Scope
    ) -> Relation:
        distinct = node.args.get("distinct")
        if distinct is None:
            return relation
        on = distinct.args.get("on")
        if on is not None:
            keys = on.expressions if isinstance(on, exp.Tuple) else [on]
            return first_of_each(
                relation, self._numbering(keys, node, projections, relation=relation, scope=scope)
            )
        key = relation.key
        if key is None:
            key = frozenset(name.lower() for name, _ in relation.columns)
        rows = merge([relation.rows, deciding([trace for _, trace in relation.columns])])
        return replace(relation, rows=rows, key=key)

    def _ordered(self, node: Any, relation: Relation, scope: Scope) -> Relation:
        """Add ORDER BY: it chooses rows where some are cut off, and else only arranges them."""
        order = node.args.get("order")
        keys = NOTHING
        if order is not None:
            found = [self._order_key(key.this, relation, scope) for key in order.expressions]
            keys = indirectly(merge(found), "SORT")
            relation = replace(relation, order=keys)
        if any(node.args.get(key) is not None for key in ("limit", "offset", "fetch")):
            relation = sorted_out(relation, relation.order)
        limit = node.args.get("limit")
        bounds = [b for b in (limit, node.args.get("offset")) if b is not None]
        extra = [self.trace(each, scope) for b in bounds for each in b.iter_expressions()]
        return replace(relation, rows=merge([relation.rows, indirectly(merge(extra), "FILTER")]))

    def _order_key(self, node: Any, relation: Relation, scope: Scope) -> Trace:
        position = _position(node, len(relation.columns))
        if position is not None:
            return relation.columns[position][1]
        if isinstance(node, exp.Column) and not node.table:
            found = relation.column(node.name)
            if found is not None:
                return found
            if node.name.lower() == "all":
                return merge(trace for _, trace in relation.columns)
        return self.trace(node, scope)

    # -- set operations, VALUES ---------------------------------------------------------------

    def _set_operation(self, node: exp.SetOperation, scope: Scope) -> Relation:
        left, right = self.walk(node.this, scope), self.walk(node.expression, scope)
        left_columns, right_columns = left.columns, right.columns
        if node.args.get("by_name"):
            left_columns, right_columns = _by_name(left, right)
        rows = [left.rows, right.rows]
        if len(left_columns) != len(right_columns):
            columns = tuple((name, merge([trace, UNKNOWN])) for name, trace in left_columns)
            return Relation(columns=columns, rows=merge([*rows, UNKNOWN]), opaque=not columns)
        every = [trace for _, trace in (*left_columns, *right_columns)]
        if not isinstance(node, exp.Union):
            rows.append(indirectly(merge(every), "FILTER"))
            return Relation(columns=left_columns, rows=merge(rows))
        if node.args.get("distinct"):
            rows.append(deciding(every))
        columns = tuple(
            (name, alternatives(ours, theirs))
            for (name, ours), (_, theirs) in zip(left_columns, right_columns, strict=True)
        )
        return Relation(columns=columns, rows=merge(rows))

    def _values(self, node: exp.Values, scope: Scope) -> Relation:
        rows = [
            [self.trace(value, scope) for value in row.expressions]
            if isinstance(row, exp.Tuple)
            else [self.trace(row, scope)]
            for row in node.expressions
        ]
        columns = tuple(
            (f"col{position}", merge(column))
            for position, column in enumerate(zip(*rows, strict=True))
        )
        return renamed(Relation(columns=columns), node.args.get("alias"))


def _by_name(left: Relation, right: Relation) -> tuple[Any, Any]:
    """Line up the columns of UNION BY NAME; what one side lacks is null there."""
    names = [name for name, _ in left.columns]
    names += [name for name, _ in right.columns if left.column(name) is None]
    return (
        tuple((name, left.column(name) or NOTHING) for name in names),
        tuple((name, right.column(name) or NOTHING) for name in names),
    )


def _position(node: Any, count: int) -> int | None:
    """Return the column that a bare number in GROUP BY or ORDER BY stands for."""
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        position = int(node.name) - 1
        return position if 0 <= position < count else None
    return None


def _output_of(node: Any, projections: list[Projection], scope: Scope) -> str | None:
    """Return the output column that shows a grouping expression, or is the alias it names."""
    shown = shown_as(node, projections, scope)
    if shown is not None or not isinstance(node, exp.Column) or node.table:
        return shown
    if any(source.relation.column(node.name) for source in scope.sources):
        return None
    low = node.name.lower()
    return low if any(each.name.lower() == low for each in projections) else None


def _limits_to_one(node: exp.Select) -> bool:
    limit = node.args.get("limit")
    return (
        limit is not None
        and isinstance(limit.expression, exp.Literal)
        and limit.expression.name == "1"
    )
