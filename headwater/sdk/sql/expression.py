"""What a scalar expression depends on: a walk over sqlglot's tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

from sqlglot import exp

from headwater.sdk.sql.relation import Relation, Scope, member
from headwater.sdk.sql.trace import (
    NOTHING,
    UNKNOWN,
    Trace,
    alternatives,
    indirectly,
    merge,
    through,
)

Subquery = Callable[[Any, Scope], Relation]
"""Walks a query in the scope that surrounds it."""

_HASHES: Final = (
    exp.MD5,
    exp.MD5Digest,
    exp.MD5NumberLower64,
    exp.MD5NumberUpper64,
    exp.SHA,
    exp.SHA1Digest,
    exp.SHA2,
    exp.SHA2Digest,
    exp.FarmFingerprint,
    exp.CityHash64,
    exp.StandardHash,
)
_HASH_NAMES: Final = frozenset(
    {
        "hash",
        "md5_number",
        "md5_number_lower",
        "md5_number_upper",
        "xxhash64",
        "murmur_hash",
        "crc32",
    }
)
_COUNTS: Final = (exp.Count, exp.CountIf, exp.ApproxDistinct)
_MOVES: Final = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)
_RANKS: Final = (exp.Ntile, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.RowNumber)
_IN_ORDER: Final = (exp.ArrayAgg, exp.GroupConcat, exp.First, exp.Last, exp.AnyValue, *_MOVES)
_IN_ORDER_NAMES: Final = frozenset({"array_agg", "list", "arbitrary", "group_concat", "listagg"})
_AGGREGATE_NAMES: Final = frozenset(
    {
        "approx_count_distinct", "approx_quantile", "arbitrary", "bit_and", "bit_or", "bit_xor",
        "bitstring_agg", "bool_and", "bool_or", "count_if", "countif", "entropy", "favg", "fsum",
        "geomean", "geometric_mean", "histogram", "histogram_exact", "kahan_sum", "kurtosis_pop",
        "mad", "product", "quantile", "quantile_cont", "quantile_disc", "reservoir_quantile",
        "sem", "sumkahan", "weighted_avg", "wavg", "approx_top_k", "map_from_entries_agg",
    }
)  # fmt: skip


def trace_expression(node: Any, scope: Scope, subquery: Subquery) -> Trace:
    """Return what the value of `node` depends on in `scope`."""
    return _Tracer(scope, subquery).trace(node)


def is_aggregate(node: Any) -> bool:
    """Say whether the expression aggregates rows, apart from windows and inner queries."""
    if isinstance(node, exp.Query):
        return False
    if isinstance(node, exp.Window):
        return any(is_aggregate(child) for child in node.this.iter_expressions())
    if isinstance(node, exp.AggFunc) and not isinstance(node, (*_MOVES, *_RANKS)):
        return True
    if isinstance(node, exp.Anonymous) and node.name.lower() in _AGGREGATE_NAMES:
        return True
    return any(is_aggregate(child) for child in node.iter_expressions())


def column_parts(node: exp.Column) -> list[str]:
    """Return the names that a column is written with, outermost first."""
    parts = [node.args.get(key) for key in ("catalog", "db", "table", "this")]
    return [part.name for part in parts if part is not None]


class _Tracer:
    """The walk over one expression, with a method for each shape that is not plain."""

    def __init__(self, scope: Scope, subquery: Subquery) -> None:
        self._scope = scope
        self._subquery = subquery

    def trace(self, node: Any) -> Trace:
        """Return what the value of `node` depends on."""
        for kinds, method in self._SHAPES:
            if isinstance(node, kinds):
                return method(self, node)
        return self._plain(node)

    def _plain(self, node: Any) -> Trace:
        inner = self._all(node.iter_expressions())
        if isinstance(node, exp.Anonymous):
            name = node.name.lower()
            if name in _AGGREGATE_NAMES:
                return self._in_order(node, through(inner, "AGGREGATION"))
            return through(inner, "TRANSFORMATION", masking=name in _HASH_NAMES)
        return through(inner, "TRANSFORMATION", masking=isinstance(node, _HASHES))

    def _all(self, nodes: Iterator[Any]) -> Trace:
        return merge([self.trace(node) for node in nodes])

    def _optional(self, node: Any) -> Trace:
        return NOTHING if node is None else self.trace(node)

    def _column(self, node: exp.Column) -> Trace:
        return self._scope.resolve(column_parts(node))

    def _inner(self, node: Any) -> Trace:
        return self.trace(node.this)

    def _nothing(self, node: Any) -> Trace:
        del node
        return NOTHING

    def _unknown(self, node: Any) -> Trace:
        return replace(self._plain(node), known=False)

    def _case(self, node: exp.Case) -> Trace:
        conditions = [self._optional(node.args.get("this"))]
        values = [self._optional(node.args.get("default"))]
        for branch in node.args["ifs"]:
            conditions.append(self.trace(branch.this))
            values.append(self._optional(branch.args.get("true")))
        return self._chosen(conditions, values)

    def _if(self, node: exp.If) -> Trace:
        values = [self._optional(node.args.get(key)) for key in ("true", "false")]
        return self._chosen([self.trace(node.this)], values)

    def _chosen(self, conditions: list[Trace], values: list[Trace]) -> Trace:
        chosen = through(merge(values), "TRANSFORMATION")
        return merge([chosen, indirectly(merge(conditions), "CONDITIONAL")])

    def _aggregate(self, node: Any) -> Trace:
        if isinstance(node, _MOVES):
            return self._in_order(
                node, through(self._all(node.iter_expressions()), "TRANSFORMATION")
            )
        if isinstance(node, (exp.ArgMax, exp.ArgMin)):
            by = indirectly(self._optional(node.args.get("expression")), "CONDITIONAL")
            return merge([through(self.trace(node.this), "AGGREGATION"), by])
        if isinstance(node, (exp.Grouping, exp.GroupingId)):
            return indirectly(self._all(node.iter_expressions()), "GROUP_BY")
        inner = self._all(node.iter_expressions())
        made = through(inner, "AGGREGATION", masking=isinstance(node, _COUNTS))
        return self._in_order(node, made)

    def _in_order(self, node: Any, made: Trace) -> Trace:
        """Add what orders the incoming rows where the result depends on that."""
        named = isinstance(node, exp.Anonymous) and node.name.lower() in _IN_ORDER_NAMES
        if (named or isinstance(node, _IN_ORDER)) and node.find(exp.Order) is None:
            return merge([made, self._scope.order()])
        return made

    def _order(self, node: exp.Order) -> Trace:
        keys = [self.trace(key.this) for key in node.expressions]
        return merge([self._optional(node.args.get("this")), indirectly(merge(keys), "SORT")])

    def _within_group(self, node: exp.WithinGroup) -> Trace:
        keys = self._all(key.this for key in node.expression.expressions)
        if isinstance(node.this, exp.GroupConcat):
            return merge([self.trace(node.this), indirectly(keys, "SORT")])
        return merge([self.trace(node.this), through(keys, "AGGREGATION")])

    def _filter(self, node: exp.Filter) -> Trace:
        return merge([self.trace(node.this), indirectly(self.trace(node.expression), "FILTER")])

    def _window(self, node: exp.Window) -> Trace:
        deciding = [self._window_keys(node)]
        inner = node.this
        if isinstance(inner, _RANKS):
            value = indirectly(self._all(inner.iter_expressions()), "WINDOW")
        else:
            value = self.trace(inner)
        if node.args.get("order") is None and isinstance(inner, (*_RANKS, *_MOVES)):
            deciding.append(self._scope.order())
        return merge([value, *deciding])

    def _window_keys(self, node: exp.Window) -> Trace:
        keys = [self.trace(key) for key in node.args.get("partition_by") or ()]
        order = node.args.get("order")
        keys += [self.trace(key.this) for key in (order.expressions if order else ())]
        spec = node.args.get("spec")
        keys += [
            self.trace(spec.args[side])
            for side in ("start", "end")
            if spec is not None and isinstance(spec.args.get(side), exp.Expr)
        ]
        found = indirectly(merge(keys), "WINDOW")
        name = node.args.get("alias")
        if name is None:
            return found
        definition = self._scope.window(name.name)
        return UNKNOWN if definition is None else merge([found, self._window_keys(definition)])

    def _struct(self, node: exp.Struct) -> Trace:
        fields: dict[str, Trace] = {}
        keys = []
        for position, entry in enumerate(node.expressions):
            if isinstance(entry, exp.PropertyEQ):
                keys.append(
                    NOTHING if isinstance(entry.this, exp.Identifier) else self.trace(entry.this)
                )
                fields[entry.this.name.lower()] = self.trace(entry.expression)
            else:
                value = entry.this if isinstance(entry, exp.Alias) else entry
                name = entry.alias_or_name.lower() or str(position)
                fields[name] = self.trace(value)
        whole = through(merge([*fields.values(), *keys]), "TRANSFORMATION")
        return replace(whole, fields=fields)

    def _map(self, node: exp.ToMap) -> Trace:
        return through(replace(self.trace(node.this), fields=None), "TRANSFORMATION")

    def _dot(self, node: exp.Dot) -> Trace:
        if isinstance(node.this, exp.Identifier):
            return self._scope.bound.get(node.this.name.lower(), NOTHING)
        if isinstance(node.expression, (exp.Identifier, exp.Literal)):
            return member(self.trace(node.this), [node.expression.name])
        return self._plain(node)

    def _bracket(self, node: exp.Bracket) -> Trace:
        whole = self.trace(node.this)
        index = node.expressions[0]
        if whole.fields is not None and isinstance(index, exp.Literal) and index.is_string:
            return member(whole, [index.name])
        return through(merge([whole, self._all(iter(node.expressions))]), "TRANSFORMATION")

    def _struct_extract(self, node: exp.StructExtract) -> Trace:
        if isinstance(node.expression, exp.Literal) and node.expression.is_string:
            return member(self.trace(node.this), [node.expression.name])
        return self._plain(node)

    def _comprehension(self, node: exp.Comprehension) -> Trace:
        values = self.trace(node.args["iterator"])
        names = {node.expression.name.lower(): through(values, "TRANSFORMATION")}
        inner = _Tracer(Scope(parent=self._scope, bound=names), self._subquery)
        kept = node.args.get("condition")
        condition = NOTHING if kept is None else indirectly(inner.trace(kept), "CONDITIONAL")
        return merge(
            [through(merge([values, inner.trace(node.this)]), "TRANSFORMATION"), condition]
        )

    def _query(self, node: Any) -> Trace:
        relation = self._subquery(node, self._scope)
        value = merge(trace for _, trace in relation.columns)
        if len(relation.columns) == 1:
            value = relation.columns[0][1]
        rows = indirectly(merge([relation.rows]), "FILTER")
        return Trace(value.uses | rows.uses, value.known and rows.known, value.fields)

    def _exists(self, node: exp.Exists) -> Trace:
        if not isinstance(node.this, (exp.Query, exp.Subquery)):
            return self._plain(node)
        return indirectly(self._subquery(node.this, self._scope).rows, "FILTER")

    def _explode(self, node: Any) -> Trace:
        value = self.trace(node.this)
        self._scope.rows.append(indirectly(value, "JOIN"))
        return through(value, "TRANSFORMATION")

    def _coalesce(self, node: exp.Coalesce) -> Trace:
        made = self.trace(node.this)
        for other in node.expressions:
            made = alternatives(made, self.trace(other))
        return replace(through(made, "TRANSFORMATION"), fields=made.fields)

    _SHAPES: ClassVar[tuple[tuple[Any, Callable[[_Tracer, Any], Trace]], ...]] = (
        (exp.Column, _column),
        (
            (exp.Literal, exp.Identifier, exp.DataType, exp.Star, exp.JSONPath, exp.Var),
            _nothing,
        ),
        ((exp.Paren, exp.Alias, exp.IgnoreNulls, exp.RespectNulls), _inner),
        (exp.Case, _case),
        (exp.If, _if),
        (exp.Coalesce, _coalesce),
        (exp.AggFunc, _aggregate),
        (exp.Window, _window),
        (exp.Filter, _filter),
        (exp.WithinGroup, _within_group),
        (exp.Order, _order),
        (exp.Struct, _struct),
        (exp.ToMap, _map),
        (exp.Dot, _dot),
        (exp.Bracket, _bracket),
        (exp.StructExtract, _struct_extract),
        (exp.Comprehension, _comprehension),
        (exp.Exists, _exists),
        ((exp.Query, exp.Subquery), _query),
        ((exp.Explode, exp.Unnest), _explode),
        ((exp.Columns, exp.Placeholder, exp.Parameter), _unknown),
    )
