"""The quality of what stages hand on, measured in one DuckDB database of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from headwater.duck import Connection, connect
from headwater.flow.runs import Quality
from headwater.flow.stage_files import Kept
from headwater.model.columns import ColumnType
from headwater.quality.metrics import measure

MOST_MEASURED_COLUMNS: Final = 200
_MEMORY: Final = "256MB"
_THREADS: Final = 1
_LARGEST: Final = 2**63
_TYPES: Final[Mapping[str, ColumnType]] = {
    "bool": "boolean",
    "int32": "int",
    "int64": "long",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "date32[day]": "date",
}


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str


class Measuring:
    """Measures files of stages, one after the other; opened when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None

    def quality(self, kept: Kept) -> Quality | None:
        """Measure the columns whose type has an order and a text; of no rows nothing is said."""
        known = [_Column(name, _TYPES[type_]) for name, type_ in kept.columns if type_ in _TYPES]
        columns = known[:MOST_MEASURED_COLUMNS]
        if not kept.rows or not columns:
            return None
        path = str(kept.path).replace("'", "''")
        with self._lock:
            if self._connection is None:
                self._connection = connect(threads=_THREADS, memory_limit=_MEMORY)
            report = measure(
                self._connection, f"read_parquet('{path}')", columns, known_rows=kept.rows
            )
        return {
            column: {name: _kept_number(value) for name, value in metrics.items()}
            for column, metrics in report.columns.items()
        }

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _kept_number(value: float) -> float:
    """Return a number that JSON of 64 bits holds; sums of integers may be larger."""
    return float(value) if abs(value) >= _LARGEST else value
