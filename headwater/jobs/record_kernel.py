"""The record kernel: raw lines of one source become typed rows, or reasons why not.

A pure function over Arrow batches, so that the same code runs in a worker process here and
inside `mapInArrow` on Spark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute

from headwater.jobs.typed_columns import ARROW, TIMESTAMP, Reasons, to_array
from headwater.model.columns import ENVELOPE, Column
from headwater.model.json import JsonObject
from headwater.wire.records.canonical import canonical_hash
from headwater.wire.records.schema import RecordValidator, compile_schema
from headwater.wire.records.tolerant import pointer
from headwater.wire.records.values import decode

pc: Final[Any] = pyarrow.compute  # its stubs know fewer types than it takes

FIRST_EVENT: Final = datetime(1990, 1, 1, tzinfo=UTC)
LEAD: Final = timedelta(days=1)
"""How far the time of an event may be ahead of its reception: clocks differ."""

REFUSED: Final = pa.schema(
    [
        ("offset", pa.int64()),
        ("received_at", TIMESTAMP),
        ("path", pa.string()),
        ("reason", pa.string()),
        ("data", pa.binary()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSpec:
    """What the kernel must know of a source: its schema and the columns that follow from it."""

    source: str
    schema: Mapping[str, Any]
    columns: tuple[Column, ...]
    event_time: str | None
    processed_at: datetime


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of a batch: rows of the table, lines refused, fields nobody declared."""

    rows: pa.RecordBatch
    refused: pa.RecordBatch
    undeclared: int


class _Line(msgspec.Struct, gc=False):
    id: str
    received_at: str
    data: Any


class _RawLine(msgspec.Struct, gc=False):
    id: str
    received_at: str
    data: msgspec.Raw


_LINES: Final = msgspec.json.Decoder(_Line)
_RAW_LINE: Final = msgspec.json.Decoder(_RawLine)

Refusals = dict[int, tuple[str, str]]


class RecordKernel:
    """The kernel of one source; compiles the schema once."""

    def __init__(self, spec: RecordSpec) -> None:
        self._spec = spec
        self._is_valid = compile_schema(spec.schema).is_valid
        self._explain = RecordValidator(spec.schema)
        self._fields = tuple(column.field for column in spec.columns)
        self.schema = row_schema(spec.columns)

    def __call__(self, batch: pa.RecordBatch) -> Sorted:
        """Sort the lines of `batch` (columns `line` and `offset`) into rows and refusals."""
        raw: list[Any] = batch.column("line").to_pylist()
        lines = _decode(raw)
        refused = self._check(lines)
        kept = [row for row in range(len(lines)) if row not in refused] if refused else None
        alive = lines if kept is None else [lines[row] for row in kept]
        columns, reasons = self._columns(alive)
        if reasons:
            rows = range(len(lines)) if kept is None else kept
            refused.update({rows[position]: why for position, why in reasons.items()})
            mask = pa.array([position not in reasons for position in range(len(alive))])
            columns = {name: array.filter(mask) for name, array in columns.items()}
            alive = [line for position, line in enumerate(alive) if position not in reasons]
        sizes = pc.binary_length(batch.column("line"))
        if refused:
            sizes = sizes.filter(pa.array([row not in refused for row in range(len(lines))]))
        return Sorted(
            self._rows(alive, columns, sizes),
            _refusals(batch, raw, lines, refused),
            self._undeclared(alive, columns),
        )

    def _check(self, lines: Sequence[_Line]) -> Refusals:
        refused: Refusals = {}
        is_valid = self._is_valid
        for row, line in enumerate(lines):
            data = line.data
            if type(data) is not dict:
                refused[row] = ("", f"the data is {_kind(data)}, not an object")
                continue
            try:
                if is_valid(data):
                    continue
            except ValueError:
                pass  # a number beyond doubles, which the explanation can take
            flaw = self._explain.flaw(data)
            if flaw is not None:
                refused[row] = flaw
        return refused

    def _columns(self, lines: Sequence[_Line]) -> tuple[dict[str, pa.Array[Any]], Refusals]:
        columns: dict[str, pa.Array[Any]] = {}
        refused: Refusals = {}
        taken = _values([line.data for line in lines], self._fields)
        for column, values in zip(self._spec.columns, taken, strict=True):
            columns[column.name], reasons = to_array(values, column.type)
            _note(refused, reasons, column.field)
        received, reasons = to_array([line.received_at for line in lines], "timestamp")
        _note(refused, reasons, "received_at")
        columns["received_at"] = received
        columns["event_ts"], reasons = self._event_times(lines, received)
        _note(refused, reasons, self._spec.event_time or "received_at")
        return columns, refused

    def _event_times(
        self, lines: Sequence[_Line], received: pa.Array[Any]
    ) -> tuple[pa.Array[Any], Reasons]:
        field = self._spec.event_time
        if field is None:
            return received, {}
        times, reasons = to_array([line.data.get(field) for line in lines], "timestamp")
        early = pc.less(times, pa.scalar(FIRST_EVENT, TIMESTAMP))
        late = pc.greater(times, pc.add(received, pa.scalar(LEAD, pa.duration("us"))))
        wrong = pc.fill_null(pc.or_(early, late), True)
        if wrong.true_count:
            for row in pc.indices_nonzero(wrong).to_pylist():
                reasons.setdefault(row, _why_not(times[row].as_py()))
        return times, reasons

    def _rows(
        self, lines: Sequence[_Line], columns: Mapping[str, pa.Array[Any]], sizes: pa.Array[Any]
    ) -> pa.RecordBatch:
        source = self._spec.source
        count = len(lines)
        event = columns["event_ts"]
        own = [columns[column.name] for column in self._spec.columns]
        envelope = {
            "id": pa.array([line.id for line in lines], pa.string()),
            "source": pa.repeat(pa.scalar(source, pa.string()), count),
            "event_ts": event,
            "received_at": columns["received_at"],
            "processed_at": pa.repeat(pa.scalar(self._spec.processed_at, TIMESTAMP), count),
            "record_hash": pa.array(
                [canonical_hash(source, line.data) for line in lines], pa.string()
            ),
            "quality_score": _quality(own, count),
            "year": pc.year(event).cast(pa.int32()),
            "month": pc.month(event).cast(pa.int32()),
            "day": pc.day(event).cast(pa.int32()),
            "record_bytes": sizes.cast(pa.int64()),
        }
        arrays = [*(envelope[name] for name, _ in ENVELOPE), *own]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _undeclared(self, lines: Sequence[_Line], columns: Mapping[str, pa.Array[Any]]) -> int:
        """Count members of the data that no column takes; NULLs may be absent or null."""
        count = sum(len(line.data) for line in lines)
        for column in self._spec.columns:
            array = columns[column.name]
            if array.null_count == 0:
                count -= len(array)
            else:
                count -= sum(column.field in line.data for line in lines)
        return count


def row_schema(columns: Sequence[Column]) -> pa.Schema:
    """Return the Arrow schema of a processed table with these columns of its own."""
    fields = [pa.field(name, ARROW[type_]) for name, type_ in ENVELOPE]
    return pa.schema([*fields, *(pa.field(column.name, ARROW[column.type]) for column in columns)])


def _decode(raw: Sequence[bytes]) -> list[_Line]:
    try:
        return _LINES.decode_lines(b"\n".join(raw))
    except msgspec.MsgspecError:
        return [_decode_exactly(line) for line in raw]


def _decode_exactly(line: bytes) -> _Line:
    """Decode a line whose numbers may be beyond every type."""
    found = _RAW_LINE.decode(line)
    return _Line(found.id, found.received_at, decode(bytes(found.data)))


def _values(datas: list[JsonObject], fields: tuple[str, ...]) -> list[Sequence[Any]]:
    """Return the values of each field; most records have every field, so try that first."""
    if not datas or not fields:
        return [() for _ in fields]
    if len(fields) > 1:
        try:
            return list(zip(*map(itemgetter(*fields), datas), strict=True))
        except KeyError:
            pass
    return [[data.get(field) for data in datas] for field in fields]


def _quality(columns: Sequence[pa.Array[Any]], count: int) -> pa.Array[Any]:
    """Return for each row the share of declared fields that have a value."""
    total = len(columns)
    valid: Any = pa.repeat(pa.scalar(total, pa.int64()), count)
    for column in columns:
        if column.null_count:
            valid = pc.subtract(valid, column.is_null().cast(pa.int64()))
    if total == 0:
        return pa.repeat(pa.scalar(1.0, pa.float64()), count)
    return pc.divide(valid.cast(pa.float64()), float(total))  # type: ignore[no-any-return]


def _refusals(
    batch: pa.RecordBatch, raw: Sequence[bytes], lines: Sequence[_Line], refused: Refusals
) -> pa.RecordBatch:
    rows = sorted(refused)
    offsets = batch.column("offset")
    received, _ = to_array([lines[row].received_at for row in rows], "timestamp")
    return pa.RecordBatch.from_arrays(
        [
            pa.array([offsets[row].as_py() for row in rows], pa.int64()),
            received,
            pa.array([refused[row][0] for row in rows], pa.string()),
            pa.array([refused[row][1] for row in rows], pa.string()),
            pa.array([bytes(_RAW_LINE.decode(raw[row]).data) for row in rows], pa.binary()),
        ],
        schema=REFUSED,
    )


def _note(refused: Refusals, reasons: Reasons, field: str) -> None:
    for row, reason in reasons.items():
        refused.setdefault(row, (pointer((field,)), reason))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {list: "an array", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")


def _why_not(time: datetime | None) -> str:
    if time is None:
        return "the time of the event is missing"
    if time < FIRST_EVENT:
        return f"the event of {time.isoformat()} is before {FIRST_EVENT.date().isoformat()}"
    return f"the event of {time.isoformat()} is more than a day after its reception"
