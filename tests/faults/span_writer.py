"""Sends spans and logs from four tasks and says which were acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.clock import SystemClock
from headwater.ingest.telemetry import TelemetryDoor
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import PROTOBUF, Signal


def spans_of(number: int) -> bytes:
    """Return a request of two spans that carry the number."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for half in (1, 2):
        scope.spans.add(
            trace_id=(number + 1).to_bytes(16, "big"),
            span_id=(2 * number + half).to_bytes(8, "big"),
            name=str(number),
            start_time_unix_nano=1_795_000_000_000_000_000 + number,
        )
    return request.SerializeToString()


def log_of(number: int) -> bytes:
    """Return a request of one log record that carries the number."""
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add()
    record.body.string_value = str(number)
    record.time_unix_nano = 1_795_000_000_000_000_000 + number
    return request.SerializeToString()


async def main(path: Path, start: int) -> None:
    """Send until killed."""
    door = TelemetryDoor(
        DuckTelemetry.open(path), settings=TelemetrySettings(), clock=SystemClock()
    )

    async def send(number: int) -> None:
        while True:
            await door.admit(Signal.TRACES, spans_of(number), PROTOBUF)
            await door.admit(Signal.LOGS, log_of(number), PROTOBUF)
            os.write(1, f"{number}\n".encode())
            number += 4

    await asyncio.gather(*(send(start + task) for task in range(4)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
