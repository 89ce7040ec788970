"""The door for telemetry: OTLP requests go in, and are durable and readable on return."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from headwater.clock import Clock
from headwater.ingest.group_commit import GroupCommit
from headwater.ingest.waiting_bytes import WaitingBytes
from headwater.observe import TELEMETRY_ITEMS
from headwater.telemetry.contract import Batch, TelemetryWriter
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.logs import log_table
from headwater.wire.otlp.metrics import metric_tables
from headwater.wire.otlp.requests import read_logs, read_metrics, read_traces
from headwater.wire.otlp.signals import Flaw, Signal
from headwater.wire.otlp.spans import span_table

BIG_BODY_BYTES: Final = 32 * 1024
"""Above this a body is taken apart on a thread, so that small requests need not wait for it."""

MOST_TOGETHER: Final = 64
"""Requests that share a commit at most: beyond it each of them would only wait longer."""


class TelemetryDoor:
    """Takes OTLP requests in; concurrent ones share a commit.

    What of a request cannot be kept is returned, and the rest is kept. A full queue raises
    `Busy`, a closed door or broken store `Unavailable`, a full disk `StorageFull`; then nothing
    was kept.
    """

    def __init__(
        self, writer: TelemetryWriter, *, settings: TelemetrySettings, clock: Clock
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._waiting = WaitingBytes(settings.max_waiting_bytes, name="the telemetry store")
        self._commits: GroupCommit[Batch, None] = GroupCommit(
            self._commit,
            name="the telemetry store",
            capacity=settings.queue_capacity,
            most=MOST_TOGETHER,
        )

    async def admit(self, signal: Signal, body: bytes, media_type: str) -> Flaw | None:
        """Take a request from the event loop; raises `Malformed` for what is not OTLP."""
        self._waiting.reserve(len(body))
        try:
            if len(body) > BIG_BODY_BYTES:
                batch, flaw = await asyncio.to_thread(self._read, signal, body, media_type)
            else:
                batch, flaw = self._read(signal, body, media_type)
            items = sum(rows.num_rows for rows in batch.tables.values())
            if items:
                await self._commits.enqueue(batch)
                TELEMETRY_ITEMS.add(items, signal=signal, outcome="accepted")
        finally:
            self._waiting.release(len(body))
        if flaw is not None:
            TELEMETRY_ITEMS.add(flaw.rejected, signal=signal, outcome="rejected")
        return flaw

    def submit(self, signal: Signal, body: bytes, media_type: str) -> Flaw | None:
        """Take a request from a thread."""
        batch, flaw = self._read(signal, body, media_type)
        self._commits.submit(batch)
        return flaw

    def close(self) -> None:
        """Commit what waits, then take no more."""
        self._commits.close()

    def _read(self, signal: Signal, body: bytes, media_type: str) -> tuple[Batch, Flaw | None]:
        now = self._clock.now()
        if signal is Signal.TRACES:
            spans, flaw = span_table(read_traces(body, media_type))
            return Batch(tables={"otel_traces": spans}, hash=None, received_at=now), flaw
        digest = blake2b(body, digest_size=16).digest()
        if signal is Signal.LOGS:
            logs, flaw = log_table(read_logs(body, media_type))
            return Batch(tables={"otel_logs": logs}, hash=digest, received_at=now), flaw
        tables, flaw = metric_tables(read_metrics(body, media_type))
        return Batch(tables=tables, hash=digest, received_at=now), flaw

    def _commit(self, batches: Sequence[Batch]) -> Sequence[None]:
        self._writer.write(batches)
        return [None] * len(batches)
