"""What a kernel process does with a task: ranges of segments in, two Arrow files out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO, Final

import pyarrow as pa

from headwater.engine.messages import Message
from headwater.jobs.record_kernel import REFUSED, RecordKernel, RecordSpec
from headwater.model.columns import Column

TASK: Final = "headwater.jobs.kernel_task:run"
CHUNK_BYTES: Final = 2 * 1024 * 1024
"""Small enough that a chunk's values stay in the processor's cache."""

REFUSED_IN: Final = REFUSED.append(pa.field("segment", pa.string()))


def spec_message(spec: RecordSpec) -> Message:
    """Return the specification as a message."""
    return {
        "source": spec.source,
        "schema": json.dumps(spec.schema),
        "columns": [[column.field, column.name, column.type] for column in spec.columns],
        "event_time": spec.event_time,
        "processed_at": spec.processed_at.isoformat(),
    }


def run(arguments: Message) -> Message:
    """Sort the lines that start in the given ranges; return counts."""
    kernel = _kernel(json.dumps(arguments["spec"]))
    rows = refused = undeclared = lines = 0
    with (
        pa.OSFile(arguments["rows"], "wb") as rows_file,
        pa.ipc.new_file(rows_file, kernel.schema) as rows_out,
        pa.OSFile(arguments["refused"], "wb") as refused_file,
        pa.ipc.new_file(refused_file, REFUSED_IN) as refused_out,
    ):
        for part in arguments["parts"]:
            for batch in _batches(part["path"], part["start"], part["end"]):
                found = kernel(batch)
                rows_out.write_batch(found.rows)
                if found.refused.num_rows:
                    names = pa.array([part["segment"]] * found.refused.num_rows, pa.string())
                    refused_out.write_batch(found.refused.append_column("segment", names))
                lines += batch.num_rows
                rows += found.rows.num_rows
                refused += found.refused.num_rows
                undeclared += found.undeclared
    return {"lines": lines, "rows": rows, "refused": refused, "undeclared": undeclared}


@lru_cache(maxsize=8)
def _kernel(spec: str) -> RecordKernel:
    found = json.loads(spec)
    columns = tuple(
        Column(field=field, name=name, type=type_) for field, name, type_ in found["columns"]
    )
    return RecordKernel(
        RecordSpec(
            source=found["source"],
            schema=json.loads(found["schema"]),
            columns=columns,
            event_time=found["event_time"],
            processed_at=datetime.fromisoformat(found["processed_at"]),
        )
    )


def _batches(path: str, start: int, end: int) -> Iterator[pa.RecordBatch]:
    """Yield the lines that start in [start, end), with their offsets in the file."""
    with open(path, "rb") as file:  # noqa: PTH123  # a path in a message is text
        position = start
        if start:
            file.seek(start - 1)
            position = start - 1 + len(file.readline())
        while position < end:
            chunk = _chunk(file, end - position)
            if not chunk:
                return
            lines = chunk.split(b"\n")
            if not lines[-1]:
                lines.pop()
            offsets = []
            for line in lines:
                offsets.append(position)
                position += len(line) + 1
            yield pa.RecordBatch.from_arrays(
                [pa.array(lines, pa.binary()), pa.array(offsets, pa.int64())],
                names=["line", "offset"],
            )


def _chunk(file: BinaryIO, most: int) -> bytes:
    """Read whole lines: about a chunk, of which the last line starts within `most` bytes."""
    chunk = file.read(min(CHUNK_BYTES, most))
    return chunk if not chunk or chunk.endswith(b"\n") else chunk + file.readline()
