"""Column types of the lake as Iceberg has them, and how a table grows to hold a declaration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
from pyiceberg.io.pyarrow import schema_to_pyarrow
from pyiceberg.schema import Schema, assign_fresh_schema_ids
from pyiceberg.types import (
    BooleanType,
    DateType,
    DoubleType,
    FloatType,
    IcebergType,
    IntegerType,
    LongType,
    MapType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
)

from headwater.errors import Conflict, Unprocessable
from headwater.lake.contract import TableDeclaration
from headwater.lake.metadata import JSON_COLUMNS
from headwater.model.columns import Column, ColumnType
from headwater.model.names import table_name

_FLAT: Final[Mapping[ColumnType, IcebergType]] = {
    "boolean": BooleanType(),
    "int": IntegerType(),
    "long": LongType(),
    "float": FloatType(),
    "double": DoubleType(),
    "string": StringType(),
    "json": StringType(),
    "date": DateType(),
    "timestamp": TimestamptzType(),
}
_METRICS: Final[tuple[tuple[str, IcebergType], ...]] = (
    ("sum", DoubleType()),
    ("average", DoubleType()),
    ("min", DoubleType()),
    ("max", DoubleType()),
    ("count", LongType()),
)
_WIDER: Final = {"int": "long", "float": "double"}


def new_schema(declaration: TableDeclaration) -> Schema:
    """Return the schema of a new table; its field ids are those that the table will have."""
    fields = [
        NestedField(
            field_id=index,
            name=column.name,
            field_type=_iceberg_type(column.type, index * 1000),
            required=_is_required(column, declaration),
            doc=column.description,
        )
        for index, column in enumerate(declaration.columns, start=1)
    ]
    return assign_fresh_schema_ids(Schema(*fields))


def json_property(schema: Schema, types: Mapping[str, str]) -> str:
    """Return the table property that tells JSON columns from plain strings, by field id."""
    ids = [field.field_id for field in schema.fields if types.get(field.name) == "json"]
    return json.dumps(sorted(ids))


def column_types(schema: Schema, properties: Mapping[str, str]) -> dict[str, str]:
    """Return the type of each column by name; one that is none of ours in Iceberg's words."""
    in_json = set(json.loads(properties.get(JSON_COLUMNS, "[]")))
    return {
        field.name: "json" if field.field_id in in_json else _column_type(field.field_type)
        for field in schema.fields
    }


def arrow_schema(schema: Schema) -> pa.Schema:
    """Return the Arrow schema of data files: field ids in the metadata, plain strings."""
    return pa.schema([_small(field) for field in schema_to_pyarrow(schema)])


def changes(
    declaration: TableDeclaration, schema: Schema, types: Mapping[str, str]
) -> tuple[list[Column], list[Column], list[str]]:
    """Return what lets the table hold the declaration: columns to add, to widen, to free of NULL.

    Raises `Conflict` that names every column which no evolution can bring together.
    """
    added, widened, refused = [], [], []
    for column in declaration.columns:
        found = types.get(column.name)
        if found is None:
            added.append(column)
        elif found == column.type or _WIDER.get(column.type) == found:
            continue
        elif _WIDER.get(found) == column.type:
            widened.append(column)
        else:
            refused.append({"column": column.name, "table": found, "declared": column.type})
    if refused:
        name = table_name(declaration.zone, declaration.name)
        said = ", ".join(f"{x['column']} is {x['table']}, not {x['declared']}" for x in refused)
        raise Conflict(
            f"{name} cannot hold the declaration: {said}",
            hint="only adding columns and widening int to long or float to double is possible",
            details={"columns": refused},
        )
    required = {column.name for column in declaration.columns if _is_required(column, declaration)}
    freed = [field.name for field in schema.fields if field.required and field.name not in required]
    return added, widened, freed


def added_type(column: Column) -> IcebergType:
    """Return the type of a column to add; pyiceberg gives its nested fields their ids."""
    return _iceberg_type(column.type, 1)


def check(declaration: TableDeclaration) -> None:
    """Refuse what no table can be: names that engines cannot tell apart, a day of no timestamp."""
    name = table_name(declaration.zone, declaration.name)
    seen: dict[str, str] = {}
    for column in declaration.columns:
        if not column.name or "\0" in column.name:
            raise Unprocessable(f"{name} cannot have a column named {column.name!r}")
        other = seen.get(column.name.lower())
        if other is not None:
            raise Unprocessable(
                f"{name} cannot have the columns {other!r} and {column.name!r}: SQL does not tell "
                "them apart"
            )
        seen[column.name.lower()] = column.name
    if declaration.day_of is None:
        return
    types = {column.name: column.type for column in declaration.columns}
    if types.get(declaration.day_of) != "timestamp":
        raise Unprocessable(f"{name} cannot be partitioned by {declaration.day_of!r}: no timestamp")
    taken = seen.get(partition_name(declaration.day_of).lower())
    if taken is not None:
        raise Unprocessable(f"{name} cannot have the column {taken!r}: its partition is called so")


def partition_name(day_of: str) -> str:
    """Return what the partition by the day of a column is called, in metadata and in folders."""
    return f"{day_of}_day"


def _is_required(column: Column, declaration: TableDeclaration) -> bool:
    # A file with and without a day would have no partition, so its column never holds NULL.
    return column.required or column.name == declaration.day_of


def _iceberg_type(type_: ColumnType, first_id: int) -> IcebergType:
    if type_ == "shares":
        return MapType(first_id, StringType(), first_id + 1, DoubleType(), value_required=False)
    if type_ == "metrics":
        struct = StructType(
            *(
                NestedField(first_id + 2 + index, name, kind, required=False)
                for index, (name, kind) in enumerate(_METRICS)
            )
        )
        return MapType(first_id, StringType(), first_id + 1, struct, value_required=False)
    return _FLAT[type_]


def _column_type(type_: IcebergType) -> str:
    for name, flat in _FLAT.items():
        if flat == type_:
            return name
    if isinstance(type_, MapType) and isinstance(type_.key_type, StringType):
        if isinstance(type_.value_type, DoubleType):
            return "shares"
        if isinstance(type_.value_type, StructType):
            parts = tuple((field.name, field.field_type) for field in type_.value_type.fields)
            return "metrics" if parts == _METRICS else str(type_)
    return str(type_)


def _small(field: Any) -> Any:
    kind = field.type
    if pa.types.is_large_string(kind):
        return field.with_type(pa.string())
    if pa.types.is_map(kind):
        return field.with_type(pa.map_(_small(kind.key_field), _small(kind.item_field)))
    if pa.types.is_struct(kind):
        return field.with_type(pa.struct([_small(kind.field(i)) for i in range(kind.num_fields)]))
    return field
