"""Counts and extremes of a relation, and its expectations, in one SQL pass."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from headwater.model.json import JsonObject
from headwater.quality.expectations import Expectation, quoted
from headwater.sdk.facets import (
    Assertion,
    Facet,
    data_quality_assertions,
    data_quality_metrics,
)

EXACT_DISTINCT_ROWS: Final = 100_000
"""Up to so many rows distinct values are counted; beyond, the count is left out, never guessed."""

_WHOLE: Final = frozenset({"int", "long"})
_FRACTIONAL: Final = frozenset({"float", "double"})
_COMPARABLE: Final = frozenset({"boolean", "string", "date", "timestamp"}) | _WHOLE | _FRACTIONAL


class MeasuredColumn(Protocol):
    """A column as far as measuring needs it; `model.Column` and `model.TableField` are some."""

    @property
    def name(self) -> str:
        """Return the name of the column in the relation."""
        ...

    @property
    def type(self) -> str:
        """Return its type in the words of `model.columns`."""
        ...


class Connection(Protocol):
    """What measuring needs of a DuckDB connection."""

    def execute(self, query: str, parameters: Any = ...) -> Any:
        """Run a statement; the result has `fetchall`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What one pass over a relation found.

    `columns` maps each column to its metrics in OpenLineage's words; `assertions` are the
    outcomes of the expectations, in their order.
    """

    row_count: int
    columns: Mapping[str, Mapping[str, Any]]
    assertions: tuple[Assertion, ...] = ()

    @property
    def failures(self) -> tuple[Assertion, ...]:
        """Return the expectations of severity error that do not hold."""
        return tuple(
            each for each in self.assertions if not each.success and each.severity == "error"
        )

    def facets(
        self, *, size_bytes: int | None = None, file_count: int | None = None
    ) -> tuple[Facet, ...]:
        """Return the metrics, and the assertions if there are any, as dataset facets."""
        metrics = data_quality_metrics(
            self.columns, row_count=self.row_count, size_bytes=size_bytes, file_count=file_count
        )
        if not self.assertions:
            return (metrics,)
        return metrics, data_quality_assertions(self.assertions)


def measure(
    connection: Connection,
    relation_sql: str,
    columns: Sequence[MeasuredColumn],
    expectations: Sequence[Expectation] = (),
    *,
    known_rows: int | None = None,
) -> QualityReport:
    """Measure what `relation_sql`, which may stand after FROM, holds, in one pass.

    Distinct values are counted exactly where `known_rows` says that there are at most
    `EXACT_DISTINCT_ROWS`, and are left out else.
    """
    is_small = known_rows is not None and known_rows <= EXACT_DISTINCT_ROWS
    checks = [each.aggregate() for each in expectations]
    sql = metrics_sql(
        relation_sql, columns, distinct=is_small, more=[expression for expression, _ in checks]
    )
    parameters = [value for _, values in checks for value in values]
    row = connection.execute(sql, parameters).fetchall()[0]
    first = len(row) - len(checks)
    return QualityReport(
        row_count=row[0],
        columns=_column_metrics(row, columns, distinct=is_small),
        assertions=tuple(
            each.judge(found) for each, found in zip(expectations, row[first:], strict=True)
        ),
    )


def metrics_sql(
    relation_sql: str,
    columns: Sequence[MeasuredColumn],
    *,
    distinct: bool = False,
    more: Sequence[str] = (),
) -> str:
    """Return the one query: the row count, each column's metrics, then `more` aggregates."""
    wanted = ["count(*)"]
    for column in columns:
        wanted += [sql for _, sql in _aggregates(column, distinct=distinct)]
    return f"SELECT {', '.join([*wanted, *more])} FROM {relation_sql}"


def _aggregates(column: MeasuredColumn, *, distinct: bool) -> Iterator[tuple[str, str]]:
    name = quoted(column.name)
    yield "count", f"count({name})"
    if column.type in _WHOLE:
        yield "min", f"min({name})"
        yield "max", f"max({name})"
        yield "sum", f"sum({name})"
    if column.type in _FRACTIONAL:
        yield "min", f"min({name}) FILTER (WHERE isfinite({name}))"
        yield "max", f"max({name}) FILTER (WHERE isfinite({name}))"
    if distinct and column.type in _COMPARABLE:
        yield "distinctCount", f"count(DISTINCT {name})"


def _column_metrics(
    row: Sequence[Any], columns: Sequence[MeasuredColumn], *, distinct: bool
) -> dict[str, JsonObject]:
    found: dict[str, JsonObject] = {}
    position = 1
    for column in columns:
        metrics: JsonObject = {}
        for key, _ in _aggregates(column, distinct=distinct):
            value = row[position]
            position += 1
            if value is not None and not (isinstance(value, float) and math.isnan(value)):
                metrics[key] = value
        metrics["nullCount"] = row[0] - metrics["count"]
        found[column.name] = metrics
    return found
