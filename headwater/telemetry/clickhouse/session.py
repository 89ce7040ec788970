"""What the ClickHouse side needs of ClickHouse: statements with values, rows, Arrow tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from headwater.telemetry.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa


class Result(Protocol):
    """What a question is answered with."""

    @property
    def result_rows(self) -> Sequence[Row]:
        """The rows, maps as dictionaries."""
        ...


class Session(Protocol):
    """One database, of a server or in this process; clients of clickhouse-connect are sessions.

    Values stand in statements as `{name:Type}`. Each call is one statement, and durable on
    return as far as the tables' settings say so.
    """

    def command(self, cmd: str, parameters: Mapping[str, object] | None = None) -> object:
        """Run a statement that answers with nothing."""
        ...

    def query(self, query: str, parameters: Mapping[str, object] | None = None) -> Result:
        """Ask."""
        ...

    def insert_arrow(self, table: str, arrow_table: pa.Table) -> object:
        """Insert rows, by the names of their columns."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
