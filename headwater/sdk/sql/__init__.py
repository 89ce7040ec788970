"""Column lineage of SQL statements, by a walk over what sqlglot parses (extra `sql`)."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.sdk.errors import ExtraMissing
from headwater.sdk.sql.lineage import InputColumn, SqlLineage

__all__ = ["InputColumn", "SqlLineage", "lineage_of"]


def lineage_of(
    sql: str, dialect: str = "duckdb", schema: Mapping[str, Mapping[str, str]] | None = None
) -> SqlLineage:
    """Return the lineage of one statement; `schema` maps table, maybe `zone.name`, to columns.

    Without the columns of a table, `*` and columns without a table's name may be unknown.

    Raises `InvalidStatement` for what does not parse or is not one statement, and
    `ExtraMissing` where sqlglot is not installed.
    """
    try:
        from headwater.sdk.sql.statement import trace_statement
    except ModuleNotFoundError as error:
        if error.name != "sqlglot":
            raise
        raise ExtraMissing(
            "SQL lineage needs sqlglot, which is not installed",
            hint='pip install "headwater[sql]"',
        ) from error
    return trace_statement(sql, dialect=dialect, schema=schema or {})
