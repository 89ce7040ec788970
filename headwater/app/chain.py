"""Composition of the loop that runs jobs in runner processes; light, for the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from headwater.app.telemetry import Telemetry
from headwater.clock import Clock
from headwater.engine.chain import ChainLoop
from headwater.engine.messages import Message
from headwater.engine.process import RunnerProcess
from headwater.engine.settings import JobSettings
from headwater.engine.traced import ProcessUse, TracedRun, TracedTransport
from headwater.jobs.catalog import CATALOG, REFRESH
from headwater.sdk.transport import Transport

RUNNER_MODULE = "headwater.app.runner"


def open_chain(
    data: Path,
    *,
    namespace: str,
    settings: JobSettings,
    transport: Transport,
    telemetry: Telemetry,
    seal: Callable[[], object],
    clock: Clock,
) -> ChainLoop:
    """Return the loop over a data directory; nothing runs before it is asked.

    Call `recover` on it where `has_open_runs`; every other run does that first, too.
    """

    def request_of(job: str, run_id: str) -> Message:
        return {
            "job": job,
            "run_id": run_id,
            "data": str(data),
            "namespace": namespace,
            "settings": settings.model_dump(mode="json"),
        }

    def keep(runs: Mapping[str, TracedRun], root: TracedRun, use: ProcessUse | None) -> None:
        from headwater.engine.run_trace import trace_of, use_of

        telemetry.keep_spans(trace_of(runs, root, use))
        if use is not None:
            telemetry.keep_metrics(use_of(root, use))

    def start_process() -> RunnerProcess:
        traced = TracedTransport(transport, keep)
        process = RunnerProcess(RUNNER_MODULE, traced)
        traced.process = process.pid
        return process

    return ChainLoop(
        CATALOG,
        chain=REFRESH,
        start_process=start_process,
        request_of=request_of,
        seal=seal,
        every_seconds=settings.every_seconds,
        clock=clock,
    )


def has_open_runs(data: Path) -> bool:
    """Tell whether an earlier process left runs open, which `ChainLoop.recover` closes."""
    return any((data / "pending").glob("*.json"))
