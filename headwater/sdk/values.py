"""What a value that passes in or out of a job says about a dataset: its columns and rows.

Libraries are recognised by the names of a value's classes, so that none is imported: a pipeline
that does not use pandas does not pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

from headwater.sdk.facets import SchemaField


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a tabular value, and its rows where they can be counted without work."""

    fields: tuple[SchemaField, ...]
    rows: int | None


class _PandasFrame(Protocol):
    columns: Iterable[object]
    dtypes: Iterable[object]


class _WithSchema(Protocol):
    schema: object


class _ArrowField(Protocol):
    name: str
    type: object


class _Relation(Protocol):
    columns: Iterable[str]
    types: Iterable[object]


Look = Callable[[object], Shape | None]


def shape_of(value: object) -> Shape | None:
    """Return the columns and rows of a tabular value, or None for any other.

    Known are DataFrames of pandas and polars, tables, record batches, readers and datasets of
    pyarrow, relations of DuckDB, and lists of mappings. Nothing is computed or read for it: a
    relation, a reader and a dataset have columns and no count.
    """
    kind = type(value)
    try:
        look = _known[kind]
    except KeyError:
        look = _known[kind] = _look_for(kind)
    return None if look is None else look(value)


def rows_of(value: object) -> int | None:
    """Return how many rows a value that a generator yields stands for: a mapping is one."""
    if isinstance(value, Mapping):
        return 1
    shape = shape_of(value)
    return None if shape is None else shape.rows


def shapes_in(value: object) -> list[Shape]:
    """Return the shape of a value, or those of the tabular elements of a tuple, in order."""
    shape = shape_of(value)
    if shape is not None:
        return [shape]
    if isinstance(value, (tuple, list)) and len(value) <= _MOST_ELEMENTS:
        return [found for found in map(shape_of, value) if found is not None]
    return []


def _look_for(kind: type) -> Look | None:
    for parent in kind.__mro__:
        library = parent.__module__.partition(".")[0].lstrip("_")
        look = _LOOKS.get((library, parent.__name__))
        if look is not None:
            return look
    return _rows if issubclass(kind, list) else None  # a tuple is several values


def _pandas(value: object) -> Shape:
    frame = cast(_PandasFrame, value)
    pairs = zip(frame.columns, frame.dtypes, strict=True)
    return _shape(((name, str(dtype)) for name, dtype in pairs), _length(value))


def _polars(value: object) -> Shape:
    schema = cast(Mapping[str, object], cast(_WithSchema, value).schema)
    return _shape(((name, str(dtype)) for name, dtype in schema.items()), _length(value))


def _arrow(value: object) -> Shape:
    schema = cast(Iterable[_ArrowField], cast(_WithSchema, value).schema)
    return Shape(tuple(map(_arrow_field, schema)), getattr(value, "num_rows", None))


def _arrow_field(field: _ArrowField) -> SchemaField:
    kind = field.type
    inner: tuple[SchemaField, ...] = ()
    if str(kind).startswith("struct<"):
        inner = tuple(map(_arrow_field, cast(Iterable[_ArrowField], kind)))
    return SchemaField(name=field.name, type="struct" if inner else str(kind), fields=inner)


def _duckdb(value: object) -> Shape:
    relation = cast(_Relation, value)
    pairs = zip(relation.columns, relation.types, strict=True)
    return _shape(((name, str(kind)) for name, kind in pairs), None)


def _rows(value: object) -> Shape | None:
    """Look at a list of mappings by its first element."""
    if not isinstance(value, Sequence) or not value or not isinstance(value[0], Mapping):
        return None
    first = value[0]
    if not all(isinstance(name, str) for name in first):
        return None
    return _shape(((name, _plain_type(each)) for name, each in first.items()), len(value))


def _plain_type(value: object) -> str | None:
    return None if value is None else _PLAIN_TYPES.get(type(value), type(value).__name__)


def _length(value: object) -> int | None:
    return len(value) if hasattr(value, "__len__") else None


def _shape(columns: Iterable[tuple[object, str | None]], rows: int | None) -> Shape:
    fields = tuple(SchemaField(name=str(name), type=kind) for name, kind in columns)
    return Shape(fields, rows)


_MOST_ELEMENTS: Final = 64
_PLAIN_TYPES: Final = {str: "string", int: "integer", float: "double", bool: "boolean"}
_LOOKS: Final[Mapping[tuple[str, str], Look]] = {
    ("pandas", "DataFrame"): _pandas,
    ("polars", "DataFrame"): _polars,
    ("pyarrow", "Table"): _arrow,
    ("pyarrow", "RecordBatch"): _arrow,
    ("pyarrow", "RecordBatchReader"): _arrow,
    ("pyarrow", "Dataset"): _arrow,
    ("duckdb", "DuckDBPyRelation"): _duckdb,
}
_known: dict[type, Look | None] = {}
