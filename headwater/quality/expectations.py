"""What data is expected to be: declared as values, checked by one SQL aggregate each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from headwater.sdk.facets import Assertion

Severity = Literal["error", "warn"]
"""An `error` that is not met fails whoever checks it; a `warn` is only told."""


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


class Expectation(Protocol):
    """One claim about a relation.

    `aggregate` is an SQL aggregate with `?` for its parameters: the rows that break the claim.
    """

    @property
    def severity(self) -> Severity:
        """Return how bad it is when the claim does not hold."""
        ...

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        """Return the aggregate that the judgement needs, and its parameters."""
        ...

    def judge(self, found: int) -> Assertion:
        """Return the outcome for what the aggregate found."""
        ...


@dataclass(frozen=True, slots=True)
class NotNull:
    """Expects a value in every row."""

    column: str
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        return f"count(*) FILTER (WHERE {quoted(self.column)} IS NULL)", ()

    def judge(self, found: int) -> Assertion:
        return _violations(
            "not_null", found, "no nulls", column=self.column, severity=self.severity
        )


@dataclass(frozen=True, slots=True)
class Unique:
    """Expects no two rows with the same values in these columns; rows with a null do not count."""

    columns: tuple[str, ...]
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        names = [quoted(column) for column in self.columns]
        full = " AND ".join(f"{name} IS NOT NULL" for name in names)
        row = names[0] if len(names) == 1 else f"({', '.join(names)})"
        return f"count(*) FILTER (WHERE {full}) - count(DISTINCT {row}) FILTER (WHERE {full})", ()

    def judge(self, found: int) -> Assertion:
        column = self.columns[0] if len(self.columns) == 1 else None
        name = None if column else f"unique({', '.join(self.columns)})"
        return _violations(
            "unique", found, "no repeated values", column=column, severity=self.severity, name=name
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InRange:
    """Expects every value, null apart, between two bounds that both belong to the range."""

    column: str
    minimum: Any = None
    maximum: Any = None
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        name = quoted(self.column)
        bounds = [(f"{name} < ?", self.minimum), (f"{name} > ?", self.maximum)]
        given = [(text, value) for text, value in bounds if value is not None]
        outside = " OR ".join(text for text, _ in given) or "false"
        return f"count(*) FILTER (WHERE {outside})", [value for _, value in given]

    def judge(self, found: int) -> Assertion:
        low = "-∞" if self.minimum is None else self.minimum
        high = "∞" if self.maximum is None else self.maximum
        return _violations(
            "in_range", found, f"{low} to {high}", column=self.column, severity=self.severity
        )


@dataclass(frozen=True, slots=True)
class AcceptedValues:
    """Expects every value, null apart, to be one of these."""

    column: str
    values: tuple[Any, ...]
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        marks = ", ".join("?" for _ in self.values)
        inside = f"{quoted(self.column)} IN ({marks})" if marks else "false"
        missing = f"{quoted(self.column)} IS NOT NULL AND NOT ({inside})"
        return f"count(*) FILTER (WHERE {missing})", self.values

    def judge(self, found: int) -> Assertion:
        expected = ", ".join(str(value) for value in self.values) or "no value at all"
        return _violations(
            "accepted_values", found, expected, column=self.column, severity=self.severity
        )


@dataclass(frozen=True, slots=True)
class Matches:
    """Expects every text, null apart, to match a regular expression (RE2) as a whole."""

    column: str
    pattern: str
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        return (
            f"count(*) FILTER (WHERE NOT regexp_full_match({quoted(self.column)}, ?))",
            (self.pattern,),
        )

    def judge(self, found: int) -> Assertion:
        return _violations(
            "matches", found, self.pattern, column=self.column, severity=self.severity
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCountBetween:
    """Expects at least `minimum` and at most `maximum` rows."""

    minimum: int = 0
    maximum: int | None = None
    severity: Severity = "error"

    def aggregate(self) -> tuple[str, Sequence[Any]]:
        return "count(*)", ()

    def judge(self, found: int) -> Assertion:
        high = "∞" if self.maximum is None else self.maximum
        return Assertion(
            assertion="row_count_between",
            success=self.minimum <= found and (self.maximum is None or found <= self.maximum),
            severity=self.severity,
            expected=f"{self.minimum} to {high} rows",
            actual=f"{found} rows",
        )


def _violations(
    assertion: str,
    found: int,
    expected: str,
    *,
    column: str | None,
    severity: Severity,
    name: str | None = None,
) -> Assertion:
    return Assertion(
        assertion=assertion,
        success=found == 0,
        column=column,
        severity=severity,
        name=name,
        expected=expected,
        actual=f"{found} rows break it",
    )
