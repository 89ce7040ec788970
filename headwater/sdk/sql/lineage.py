"""What a SQL statement reads and writes, down to columns, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["DIRECT", "INDIRECT"]
"""DIRECT: the value comes from there. INDIRECT: it decides which rows or values there are."""

Subtype = Literal[
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
    "JOIN",
    "FILTER",
    "GROUP_BY",
    "SORT",
    "WINDOW",
    "CONDITIONAL",
]
"""How; the first three are DIRECT, the others INDIRECT."""


@dataclass(frozen=True, slots=True, order=True)
class InputColumn:
    """A column of an input table and one way in which it acts on an output."""

    table: str
    column: str
    type: Kind
    subtype: Subtype
    masking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlLineage:
    """The lineage of one statement.

    `columns` maps each output column, in order, to its inputs; `indirect` are the inputs that
    decide which rows there are, and so act on every output column. `unknown` names the output
    columns whose inputs are not all known; `*` says that of the rows, or of the whole.
    Tables are named as in the schema, or as written where the schema does not have them.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    columns: Mapping[str, tuple[InputColumn, ...]]
    indirect: tuple[InputColumn, ...]
    unknown: tuple[str, ...]
