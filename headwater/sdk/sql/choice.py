"""Choosing rows by an order: LIMIT, DISTINCT ON, and the first of each numbered group.

The order decides which rows stay, never how many, so it acts on columns and not on rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp

from headwater.sdk.sql.projection import Projection
from headwater.sdk.sql.relation import Numbering, Relation, Scope, Source, deciding
from headwater.sdk.sql.trace import NOTHING, Trace, merge


def sorted_out(relation: Relation, sort: Trace, *, apart: Collection[str | None] = ()) -> Relation:
    """Let `sort` act on every column but those `apart`, which are the same in all candidates."""
    columns = tuple(
        (
            name,
            trace if name.lower() in apart else replace(merge([trace, sort]), fields=trace.fields),
        )
        for name, trace in relation.columns
    )
    return replace(relation, columns=columns)


def first_of_each(relation: Relation, numbering: Numbering) -> Relation:
    """Keep the first row of each group."""
    chosen = sorted_out(relation, numbering.sort, apart=numbering.shown)
    rows = merge([relation.rows, deciding(numbering.groups)])
    names = [name for name in numbering.shown if name is not None]
    key = frozenset(names) if len(names) == len(numbering.shown) else None
    return replace(chosen, rows=rows, key=key, numbered={})


def shown_as(node: Any, projections: Sequence[Projection], scope: Scope) -> str | None:
    """Return the output column that holds the value of an expression as it is, or None."""
    column = _only_column(node, scope)
    for each in projections:
        shown = each.node.this if isinstance(each.node, exp.Alias) else each.node
        if shown is None:
            is_same = column is not None and column == each.name.lower()
            if is_same and each.found == scope.sources[0].relation.column(each.name):
                return each.name.lower()
        elif shown == node or (column is not None and column == _only_column(shown, scope)):
            return each.name.lower()
    return None


def kept_key(projections: Sequence[Projection], scope: Scope) -> frozenset[str] | None:
    """Return the key of the only source under its output names, None where it does not show."""
    if len(scope.sources) != 1 or scope.rows or scope.sources[0].relation.key is None:
        return None
    names = [
        shown_as(exp.column(exp.to_identifier(name)), projections, scope)
        for name in scope.sources[0].relation.key
    ]
    found = frozenset(name for name in names if name is not None)
    return found if None not in names else None


def _only_column(node: Any, scope: Scope) -> str | None:
    """Return the name of a plain column of the only source, or None."""
    if not isinstance(node, exp.Column) or len(scope.sources) != 1 or node.args.get("db"):
        return None
    source = scope.sources[0]
    is_own = node.table.lower() in {"", source.alias.lower()}
    return node.name.lower() if is_own and source.relation.column(node.name) else None


def row_number(node: Any) -> Any:
    """Return the window of a bare `row_number() OVER (...)`, or None for anything else."""
    inner = node.this if isinstance(node, exp.Alias) else node
    if not isinstance(inner, exp.Window) or inner.args.get("alias") is not None:
        return None
    return inner if isinstance(inner.this, exp.RowNumber) else None


def first_in_window(clause: Any) -> Any:
    """Return the window of `QUALIFY row_number() OVER (...) = 1`, or None for another clause."""
    condition: Any = clause.this if clause is not None else None
    return row_number(condition.this) if _is_one(condition) else None


def keep_firsts(clause: Any, scope: Scope) -> Iterator[Any]:
    """Narrow sources of which WHERE keeps the row numbered one; yield its other conditions."""
    condition = clause.this if clause is not None else None
    parts: Any = condition.flatten() if isinstance(condition, exp.And) else (condition,)
    for part in parts:
        source = _numbered(part.this, scope) if _is_one(part) else None
        if source is not None:
            name = part.this.name.lower()
            kept = first_of_each(source.relation, source.relation.numbered[name])
            columns = tuple(
                (each, NOTHING if each.lower() == name else trace) for each, trace in kept.columns
            )
            source.relation = replace(kept, columns=columns)
        elif part is not None:
            yield part


def _is_one(condition: Any) -> bool:
    if not isinstance(condition, exp.EQ):
        return False
    number = condition.expression
    return isinstance(number, exp.Literal) and not number.is_string and number.name == "1"


def _numbered(node: Any, scope: Scope) -> Source | None:
    if not isinstance(node, exp.Column):
        return None
    sources = [
        source
        for source in scope.sources
        if node.table.lower() in {"", source.alias.lower()} and source.relation.column(node.name)
    ]
    is_clear = len(sources) == 1 and node.name.lower() in sources[0].relation.numbered
    return sources[0] if is_clear else None
