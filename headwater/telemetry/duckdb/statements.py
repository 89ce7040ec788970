"""The statements of DuckDB, and values for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headwater.telemetry import statements as written


def script(file: str) -> str:
    """Return a file of statements as it stands."""
    return written.script(__package__, file)


def statements(file: str) -> Mapping[str, str]:
    """Return the statements of a file by name."""
    return written.statements(__package__, file)


def numbered(
    name: str, values: Iterable[object], *, kind: str = "VARCHAR"
) -> tuple[str, dict[str, object]]:
    """Return the inside of an IN list and its values, of the kind that the column has.

    As values of their own they are looked at while rows are read; as one list, or of another kind
    than the column, afterwards.
    """
    held = {f"{name}{number}": value for number, value in enumerate(values)}
    return ", ".join(f"${one}::{kind}" for one in held), held
