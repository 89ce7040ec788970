"""The loop that runs jobs: those asked for, and the chain after a seal, one at a time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from headwater.clock import Clock
from headwater.engine.messages import Message
from headwater.engine.process import RunnerProcess
from headwater.engine.spare import SpareRunner
from headwater.errors import Busy, HeadwaterError, Missing, Unavailable
from headwater.observe import JOB_RUNS, LogEvent, log
from headwater.sdk.times import new_run_id

MOST_WAITING: Final = 16
MOST_REMEMBERED: Final = 200

RECOVER: Final = "recover"
"""What a runner is asked that only has to close the runs of an earlier process."""

State = Literal["queued", "running", "complete", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedRun:
    """A run that somebody asked for, and what became of it so far."""

    run_id: str
    job: str
    state: State
    requested_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    tables: tuple[Message, ...] = ()
    error: str | None = None


class ChainLoop:
    """Runs one job at a time, each in a runner process of its own, in order of request.

    While jobs run often, the next runner is started before it is needed.

    `seal` is called before each run, so that it sees all that was acknowledged before it.
    `request_of` makes the runner's request out of job and run id. After `sealed` the chain
    runs, at most once in `every_seconds`; never by itself when that is 0. When a runner dies,
    another one is started to close what it left open.
    """

    def __init__(
        self,
        jobs: Mapping[str, str],
        *,
        chain: str,
        start_process: Callable[[], RunnerProcess],
        request_of: Callable[[str, str], Message],
        seal: Callable[[], object],
        every_seconds: float,
        clock: Clock,
    ) -> None:
        self.jobs = jobs
        self._chain = chain
        self._spare = SpareRunner(start_process, clock)
        self._request_of = request_of
        self._seal = seal
        self._every_seconds = every_seconds
        self._clock = clock
        self._runs: OrderedDict[str, RequestedRun] = OrderedDict()
        self._waiting: deque[str] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_closed = False
        self._is_sealed = False
        self._chain_ended: float | None = None
        self._process: RunnerProcess | None = None
        self._thread: threading.Thread | None = None

    def request(self, job: str) -> RequestedRun:
        """Queue a run of a job and return it; raises `Missing`, `Busy` or `Unavailable`."""
        if job not in self.jobs:
            raise Missing(f"there is no job {job!r}", hint=f"there are {', '.join(self.jobs)}")
        return self._queue(job)

    def recover(self) -> RequestedRun:
        """Queue the closing of runs that an earlier process left open."""
        return self._queue(RECOVER)

    def get(self, job: str, run_id: str) -> RequestedRun:
        """Return a run of this process's time; raises `Missing`."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None or run.job != job:
            raise Missing(
                f"there is no run {run_id!r} of {job!r} since the server started",
                hint="the lineage knows earlier ones",
            )
        return run

    def find(self, job: str) -> tuple[RequestedRun, ...]:
        """Return the runs of a job, the latest first."""
        with self._lock:
            return tuple(run for run in reversed(self._runs.values()) if run.job == job)

    def sealed(self) -> None:
        """Note that there are new segments."""
        if self._every_seconds > 0:
            self._is_sealed = True
            self._start_thread()
            self._wake.set()

    def close(self) -> None:
        """End the run that is under way, as a crash would, and stop."""
        with self._lock:
            self._is_closed = True
            process = self._process
        self._wake.set()
        if process is not None:
            process.kill()
        if self._thread is not None:
            self._thread.join()
        self._spare.close()

    def _queue(self, job: str) -> RequestedRun:
        with self._lock:
            if self._is_closed:
                raise Unavailable("the server is shutting down", hint="ask again later")
            if len(self._waiting) >= MOST_WAITING:
                raise Busy(f"{MOST_WAITING} runs are waiting", retry_after_seconds=10)
            now = self._clock.now()
            run = RequestedRun(run_id=new_run_id(now), job=job, state="queued", requested_at=now)
            self._runs[run.run_id] = run
            self._waiting.append(run.run_id)
            self._forget()
        self._start_thread()
        self._wake.set()
        return run

    def _forget(self) -> None:
        done = [run.run_id for run in self._runs.values() if run.ended_at is not None]
        for run_id in done[: max(0, len(self._runs) - MOST_REMEMBERED)]:
            del self._runs[run_id]

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is None and not self._is_closed:
                self._thread = threading.Thread(target=self._loop, name="chain", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while not self._is_closed:
            self._clock.wait(self._wake, self._pause())
            self._wake.clear()
            if not (self._is_closed or self._waiting):
                self._spare.tend()
            if self._is_chain_due():
                self._is_sealed = not self._queue_quietly(self._chain)
            while self._waiting and not self._is_closed:
                self._run(self._runs[self._waiting.popleft()])

    def _pause(self) -> float:
        if not self._is_sealed:
            return self._spare.pause()
        return max(0.0, min(self._wait_left(), self._spare.pause()))

    def _is_chain_due(self) -> bool:
        return self._is_sealed and self._wait_left() <= 0 and not self._waiting

    def _wait_left(self) -> float:
        if self._chain_ended is None:
            return 0.0
        return self._chain_ended + self._every_seconds - self._clock.monotonic()

    def _queue_quietly(self, job: str) -> bool:
        try:
            self._queue(job)
        except (Busy, Unavailable):
            return False  # whoever asked tries again in the next round
        return True

    def _run(self, run: RequestedRun) -> None:
        run = self._note(replace(run, state="running", started_at=self._clock.now()))
        try:
            tables = self._in_process(run)
            failed = [str(table["error"]) for table in tables if table["error"]]
            error = "; ".join(failed) or None
        except HeadwaterError as problem:
            if self._is_closed:
                self._interrupt(run)
                return
            error = str(problem)
        except Exception as problem:  # the loop's edge: logged, and the next run goes on
            logging.getLogger("headwater").exception(LogEvent.JOB_FAILED.value)
            error = repr(problem)
        if error is not None:
            log(LogEvent.JOB_FAILED, level=logging.ERROR, job=run.job, reason=error)
        if run.job != RECOVER:
            JOB_RUNS.add(job=run.job, outcome=_outcome(error))
        if run.job == self._chain:
            self._chain_ended = self._clock.monotonic()
        self._end(run, error)

    def _interrupt(self, run: RequestedRun) -> None:
        log(LogEvent.RUN_INTERRUPTED, job=run.job, run=run.run_id)
        self._end(run, "the server stopped before the run ended; the next start closes it")

    def _end(self, run: RequestedRun, error: str | None) -> None:
        current = self._runs[run.run_id]
        now = self._clock.now()
        self._note(replace(current, state=_outcome(error), ended_at=now, error=error))

    def _in_process(self, run: RequestedRun) -> tuple[Message, ...]:
        self._seal()
        with self._lock:
            if self._is_closed:
                raise Unavailable("the server is shutting down")
            process = self._process = self._spare.take()
        try:
            return tuple(
                process.run(
                    self._request_of(run.job, run.run_id),
                    lambda table: self._note_table(run.run_id, table),
                )
            )
        except Unavailable as error:
            self._lost(run, error)
            raise
        finally:
            with self._lock:
                self._process = None
            process.close()
            self._spare.rest()

    def _lost(self, run: RequestedRun, error: Unavailable) -> None:
        """Have the runs closed that a runner left when it died; if that dies too, the next run."""
        if self._is_closed:
            return
        log(LogEvent.RUNNER_ENDED, level=logging.WARNING, job=run.job, reason=error.message)
        if run.job != RECOVER:
            self._queue_quietly(RECOVER)

    def _note(self, run: RequestedRun) -> RequestedRun:
        with self._lock:
            self._runs[run.run_id] = run
        return run

    def _note_table(self, run_id: str, table: Message) -> None:
        run = self._runs[run_id]
        self._note(replace(run, tables=(*run.tables, table)))


def _outcome(error: str | None) -> Literal["complete", "fail"]:
    return "complete" if error is None else "fail"
