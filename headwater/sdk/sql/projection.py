"""The select list: stars and COLUMNS spelled out, and the names that columns get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from headwater.sdk.sql.relation import Scope
from headwater.sdk.sql.trace import UNKNOWN, Trace


@dataclass(frozen=True, slots=True)
class Projection:
    """One output column: its name, and either its expression or what a star found for it."""

    name: str
    node: Any = None
    found: Trace | None = None


def expand(node: Any, scope: Scope, dialect: str) -> Iterator[Projection]:
    """Yield the output columns that one entry of a select list stands for."""
    star = _star(node)
    if star is not None:
        table = node.table if isinstance(node, exp.Column) else ""
        yield from _expand_star(star, table, scope)
        return
    chosen = node.find(exp.Columns)
    if chosen is None:
        yield Projection(_name(node, dialect), node)
        return
    for name in _chosen(chosen, scope):
        if name is None:
            yield Projection("*", found=UNKNOWN)
            continue
        yield Projection(name, _with_column(node, name))


def _star(node: Any) -> Any:
    if isinstance(node, exp.Star):
        return node
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        return node.this
    return None


def _expand_star(star: Any, table: str, scope: Scope) -> Iterator[Projection]:
    left_out = {_text(each).lower() for each in star.args.get("except_") or ()}
    replaced = {each.alias.lower(): each.this for each in star.args.get("replace") or ()}
    names = {_text(each.this).lower(): each.alias for each in star.args.get("rename") or ()}
    for source in scope.sources:
        if table and source.alias.lower() != table.lower():
            continue
        relation = source.relation
        if relation.open is not None or relation.opaque:
            yield Projection("*", found=UNKNOWN)
        for name, trace in relation.columns:
            low = name.lower()
            if low in left_out or (not table and low in source.hidden):
                continue
            if low in replaced:
                yield Projection(names.get(low, name), replaced[low])
                continue
            found = trace if table else scope.merged.get(low, trace)
            yield Projection(names.get(low, name), found=found)


def _chosen(node: Any, scope: Scope) -> Iterator[str | None]:
    """Yield the names that COLUMNS selects, None where they cannot be told."""
    present = []
    for source in scope.sources:
        if source.relation.open is not None or source.relation.opaque:
            yield None
        present += [n for n, _ in source.relation.columns if n.lower() not in source.hidden]
    what = node.this
    if isinstance(what, exp.Star):
        left_out = {_text(each).lower() for each in what.args.get("except_") or ()}
        yield from (name for name in present if name.lower() not in left_out)
    elif isinstance(what, exp.Literal) and what.is_string:
        pattern = re.compile(what.name)
        yield from (name for name in present if pattern.search(name))
    elif isinstance(what, exp.Array):
        wanted = {each.name.lower() for each in what.expressions}
        yield from (name for name in present if name.lower() in wanted)
    else:
        yield None


def _with_column(node: Any, name: str) -> Any:
    copy = node.copy()
    column = exp.column(exp.to_identifier(name, quoted=True))
    for chosen in list(copy.find_all(exp.Columns)):
        if chosen is copy:
            return column
        chosen.replace(column.copy())
    return copy


def _text(node: Any) -> str:
    return node.name if isinstance(node, exp.Expr) else str(node)


def _name(node: Any, dialect: str) -> str:
    if isinstance(node, (exp.Alias, exp.Column, exp.Dot)):
        return str(node.alias_or_name)
    return str(node.sql(dialect=dialect, comments=False))
