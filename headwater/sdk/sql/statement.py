"""Statements: a query, or what writes the result of one into a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from headwater.sdk.errors import InvalidStatement
from headwater.sdk.sql.lineage import SqlLineage
from headwater.sdk.sql.query import QueryWalker
from headwater.sdk.sql.relation import Relation, Scope, Source
from headwater.sdk.sql.source import add_source
from headwater.sdk.sql.trace import NOTHING, UNKNOWN, Trace, indirectly, merge

Columns = Iterable[tuple[str, Trace]]


def trace_statement(
    sql: str, *, dialect: str, schema: Mapping[str, Mapping[str, str]]
) -> SqlLineage:
    """Return the lineage of the one statement that `sql` is."""
    return _Statement(_parse(sql, dialect), QueryWalker(schema, dialect)).lineage()


def _parse(sql: str, dialect: str) -> Any:
    try:
        statements = [each for each in sqlglot.parse(sql, dialect=dialect) if each is not None]
    except (SqlglotError, RecursionError) as error:
        raise InvalidStatement(
            f"the statement cannot be parsed as {dialect}: {_reason(error)}"
        ) from error
    except ValueError as error:
        raise InvalidStatement(f"there is no SQL dialect {dialect!r}: {error}") from error
    if len(statements) != 1:
        raise InvalidStatement(
            f"expected one statement, found {len(statements)}", hint="split them at the semicolons"
        )
    return statements[0]


def _reason(error: Exception) -> str:
    """Return why sqlglot gave up, without the terminal colours that it prints."""
    for found in getattr(error, "errors", ()):
        return f"{found['description']}, line {found['line']}, column {found['col']}"
    return str(error)


class _Statement:
    """One statement on its way to its lineage."""

    def __init__(self, node: Any, walker: QueryWalker) -> None:
        self._node = node
        self._walker = walker
        self._scope = Scope()

    def lineage(self) -> SqlLineage:
        node = self._node
        self._walker.add_common_tables(node, self._scope)
        if isinstance(node, (exp.Query, exp.Subquery, exp.Values)):
            relation = self._walker.walk(node, self._scope)
            return self._finish((), relation.columns, relation)
        if isinstance(node, exp.Pivot):
            add_source(self._walker, node.this, self._scope)
            return self._finish((), (), Relation(columns=(), opaque=True))
        if isinstance(node, exp.Insert):
            return self._insert(node)
        if isinstance(node, exp.Create) and isinstance(node.expression, (exp.Query, exp.Subquery)):
            return self._create(node)
        if isinstance(node, exp.Update):
            return self._update(node)
        if isinstance(node, exp.Merge):
            return self._merge(node)
        if isinstance(node, exp.Delete):
            return self._delete(node)
        raise InvalidStatement(
            f"{node.key.upper()} is no statement whose lineage can be told",
            hint="queries, INSERT, CREATE ... AS, UPDATE, MERGE and DELETE are",
        )

    def _insert(self, node: exp.Insert) -> SqlLineage:
        relation = self._walker.walk(node.expression, self._scope)
        target, columns = self._walker.tables.find(_target(node))
        listed = node.this.expressions if isinstance(node.this, exp.Schema) else ()
        names: Iterable[str] = [each.name for each in listed] or columns or ()
        if node.args.get("by_name"):
            names = ()
        if node.args.get("conflict") is not None:
            relation = _unknown(relation)
        return self._finish((target,), _named(relation.columns, list(names)), relation)

    def _create(self, node: exp.Create) -> SqlLineage:
        relation = self._walker.walk(node.expression, self._scope)
        listed = node.this.expressions if isinstance(node.this, exp.Schema) else ()
        target, _ = self._walker.tables.find(_target(node))
        names = [each.name for each in listed]
        return self._finish((target,), _named(relation.columns, names), relation)

    def _update(self, node: exp.Update) -> SqlLineage:
        target = add_source(self._walker, node.this, self._scope)
        name, _ = self._walker.tables.find(node.this)
        clause = node.args.get("from_")
        if clause is not None:
            add_source(self._walker, clause.this, self._scope)
        where = node.args.get("where")
        chosen = NOTHING if where is None else self._walker.trace(where.this, self._scope)
        condition = merge([indirectly(chosen, "FILTER"), *self._rows()])
        columns = []
        for each in node.expressions:
            kept = [_own(target, each.this.name)] if condition.uses or not condition.known else []
            value = self._walker.trace(each.expression, self._scope)
            columns.append((each.this.name, merge([value, condition, *kept])))
        return self._finish((name,), columns, Relation(columns=()))

    def _merge(self, node: exp.Merge) -> SqlLineage:
        target = add_source(self._walker, node.this, self._scope)
        name, known = self._walker.tables.find(node.this)
        add_source(self._walker, node.args["using"], self._scope)
        conditions = [indirectly(self._walker.trace(node.args["on"], self._scope), "JOIN")]
        written: dict[str, list[Trace]] = {}
        inserts = deletes = False
        for when in node.args["whens"].expressions:
            condition = when.args.get("condition")
            if condition is not None:
                found = self._walker.trace(condition, self._scope)
                conditions.append(indirectly(found, "CONDITIONAL"))
            action = when.args["then"]
            inserts = inserts or isinstance(action, exp.Insert)
            deletes = deletes or (isinstance(action, exp.Var) and action.name.upper() == "DELETE")
            for column, value in self._written(action, known, source=node.args["using"]):
                written.setdefault(column, []).append(value)
        if not inserts:
            conditions += self._rows()
        decided = merge([*conditions, *self._rows()])
        columns = [
            (column, merge([*values, decided, _own(target, column)]))
            for column, values in written.items()
        ]
        return self._finish(
            (name,),
            columns,
            Relation(columns=(), rows=decided if inserts or deletes else NOTHING),
        )

    def _written(
        self, action: Any, known: tuple[str, ...] | None, *, source: Any
    ) -> list[tuple[str, Trace]]:
        """Return the columns that one branch of MERGE sets, with their values."""
        if isinstance(action, exp.Insert | exp.Update) and _takes_all(action):
            alias = source.alias_or_name
            return [
                (column, self._walker.trace(exp.column(column, table=alias), self._scope))
                for column in known or ()
            ] or [("*", UNKNOWN)]
        if isinstance(action, exp.Update):
            return [
                (each.this.name, self._walker.trace(each.expression, self._scope))
                for each in action.expressions
            ]
        if not isinstance(action, exp.Insert) or not isinstance(action.expression, exp.Tuple):
            return []
        values = action.expression.expressions
        listed = action.this.expressions if isinstance(action.this, exp.Tuple) else None
        names = [each.name for each in listed] if listed is not None else list(known or ())
        return [
            (column, self._walker.trace(value, self._scope))
            for column, value in zip(names, values, strict=False)
        ]

    def _delete(self, node: exp.Delete) -> SqlLineage:
        add_source(self._walker, node.this, self._scope)
        name, _ = self._walker.tables.find(node.this)
        for each in node.args.get("using") or ():
            add_source(self._walker, each, self._scope)
        where = node.args.get("where")
        chosen = NOTHING if where is None else self._walker.trace(where.this, self._scope)
        rows = merge([indirectly(chosen, "FILTER"), *self._rows()])
        return self._finish((name,), (), Relation(columns=(), rows=rows))

    def _rows(self) -> list[Trace]:
        return [*(each.relation.rows for each in self._scope.sources), *self._scope.rows]

    def _finish(self, outputs: tuple[str, ...], columns: Columns, relation: Relation) -> SqlLineage:
        described: dict[str, Trace] = {}
        for name, trace in columns:
            described[_unused(name, described)] = trace
        unknown = [name for name, trace in described.items() if not trace.known]
        if (relation.opaque or not relation.rows.known) and "*" not in unknown:
            unknown.append("*")
        described.pop("*", None)
        return SqlLineage(
            inputs=self._walker.tables.read,
            outputs=outputs,
            columns={name: tuple(sorted(trace.uses)) for name, trace in described.items()},
            indirect=tuple(sorted(relation.rows.uses)),
            unknown=tuple(unknown),
        )


def _named(columns: tuple[tuple[str, Trace], ...], names: list[str]) -> Columns:
    return [
        (names[position] if position < len(names) else name, trace)
        for position, (name, trace) in enumerate(columns)
    ]


def _takes_all(action: Any) -> bool:
    """Tell whether a branch of MERGE says `INSERT *` or `UPDATE SET *`."""
    return isinstance(action.this, exp.Star) or any(
        isinstance(each, exp.Star) for each in action.expressions
    )


def _target(node: Any) -> exp.Table:
    table: exp.Table = node.this.this if isinstance(node.this, exp.Schema) else node.this
    return table


def _own(target: Source, column: str) -> Trace:
    return target.relation.column(column) or UNKNOWN


def _unknown(relation: Relation) -> Relation:
    columns = tuple((name, merge([trace, UNKNOWN])) for name, trace in relation.columns)
    return Relation(columns=columns, rows=merge([relation.rows, UNKNOWN]))


def _unused(name: str, taken: Mapping[str, Trace]) -> str:
    if name not in taken or name == "*":
        return name
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
