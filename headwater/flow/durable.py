"""DBOS as the executor uses it: a workflow for each run, steps whose results are remembered.

What is kept is text: JSON of the values of `runs`, so that the file outlives names of classes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from headwater.errors import Conflict, Unavailable, Unsupported
from headwater.flow.runs import Outcome, Request, StageRun, State, encoded
from headwater.observe import LogEvent, log

if TYPE_CHECKING:
    from dbos import DBOS, WorkflowStatus

Run = Callable[[str, Request], Outcome]

VERSION: Final = "1"
"""What DBOS calls the version of the application: runs of any release may be continued."""

STAGE: Final = "stage "
_WORKFLOW: Final = "headwater.pipeline"
_AT_WORK: Final = ("PENDING", "ENQUEUED", "DELAYED")
_MOST_REMOVED: Final = 500
_SMALLEST_PAGE: Final = 4
_LARGEST_PAGE: Final = 256
_POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A run as DBOS knows it: `outcome` where it came to its end, else the reports of stages."""

    run_id: str
    request: Request
    state: State
    created_ms: int
    updated_ms: int
    outcome: Outcome | None
    reports: Sequence[StageRun]
    error: str | None


_KNOWS_FRACTIONS: Final = (3, 42)


def _unix_seconds(modifier: str) -> float:
    """Return what `unixepoch('subsec')` does: the time, to the millisecond."""
    if modifier != "subsec":
        raise ValueError(f"unixepoch is only known with 'subsec', not with {modifier!r}")
    return round(time.time(), 3)


class _Connection(sqlite3.Connection):
    """A connection whose commits are on disk when they return."""

    def __init__(
        self,
        path: str,
        *,
        check_same_thread: bool = False,
        factory: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        super().__init__(path, check_same_thread=check_same_thread, factory=factory)
        if sqlite3.sqlite_version_info < _KNOWS_FRACTIONS:
            # From Python 3.12 on DBOS takes it for granted, and Debian 12 has SQLite 3.40.
            self.create_function("unixepoch", 1, _unix_seconds)
        self.execute("PRAGMA synchronous=FULL")


class _Reports(logging.Handler):
    """Passes on what DBOS reports, as an event of our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one report."""
        error = record.exc_info[1] if record.exc_info else None
        if "Cancelled" in type(error).__name__:
            return  # somebody wanted it
        log(
            LogEvent.WORKFLOWS_REPORT,
            level=record.levelno,
            reason=record.getMessage(),
            error=None if error is None else f"{type(error).__name__}: {error}",
        )


class _Current:
    """The executor whose runs the workflow of this process does."""

    lock = threading.Lock()
    run: Run | None = None
    is_declared = False


class Durable:
    """One file of workflows; `open` makes it where it does not exist yet."""

    def __init__(self, path: Path, run: Run) -> None:
        self._path = path
        self._run = run
        self._lock = threading.Lock()
        self._dbos: type[DBOS] | None = None

    @property
    def exists(self) -> bool:
        """Tell whether there is a file already."""
        return self._path.exists()

    def open(self) -> type[DBOS]:
        """Open the file, and go on with the runs in it that are not over."""
        with self._lock:
            if self._dbos is None:
                self._dbos = _launched(self._path, self._run)
            return self._dbos

    def start(self, run_id: str, request: Request) -> Found:
        """Start a run, or return the one of that id."""
        dbos = self.open()
        from dbos import SetWorkflowID

        with SetWorkflowID(run_id):
            dbos.start_workflow(_workflow, encoded(request))
        found = self.find(run_id)
        if found is None:
            raise Unavailable(f"the run {run_id} is not on record")
        return found

    def find(self, run_id: str) -> Found | None:
        """Return a run."""
        if self._dbos is None:
            return None
        found = self._dbos.list_workflows(workflow_ids=[run_id])
        return self._found(found[0]) if found else None

    def latest(
        self, *, pipeline: str | None = None, is_over: bool | None = None
    ) -> Iterator[Found]:
        """Yield runs, the newest first; with `is_over` those that came to their end."""
        offset, size = 0, _SMALLEST_PAGE
        while self._dbos is not None:
            page = self._dbos.list_workflows(
                name=_WORKFLOW,
                status="SUCCESS" if is_over else None,
                limit=size,
                offset=offset,
                sort_desc=True,
            )
            for one in page:
                if pipeline in (None, _request_of(one).pipeline):
                    yield self._found(one)
            if len(page) < size:
                return
            offset, size = offset + size, min(2 * size, _LARGEST_PAGE)

    def wait(self, run_id: str) -> None:
        """Return once a run is over."""
        dbos = self.open()
        never = threading.Event()
        while dbos.list_workflows(
            workflow_ids=[run_id], status=list(_AT_WORK), load_input=False, load_output=False
        ):
            never.wait(_POLL_SECONDS)

    def cancel(self, run_id: str) -> None:
        """Stop a run before its next step."""
        self.open().cancel_workflow(run_id)

    def step(self, name: str, work: Callable[[], str]) -> str:
        """Do something once in a run; after a crash its result is known.

        Raises `Conflict` where the run did something else at this place before.
        """
        dbos = self.open()
        from dbos._error import DBOSUnexpectedStepError

        try:
            return dbos.run_step({"name": name}, work)
        except DBOSUnexpectedStepError as error:
            raise Conflict("the pipeline was changed while a run of it was open") from error

    def forget(self, *, keep: int) -> None:
        """Remove the runs that are over, but for the newest."""
        dbos = self.open()
        old = dbos.list_workflows(
            name=_WORKFLOW,
            status=["SUCCESS", "ERROR", "CANCELLED"],
            offset=keep,
            limit=_MOST_REMOVED,
            sort_desc=True,
            load_input=False,
            load_output=False,
        )
        if old:
            dbos.delete_workflows([one.workflow_id for one in old])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._dbos is not None:
                dbos, self._dbos = self._dbos, None
                try:
                    dbos.destroy(workflow_completion_timeout_sec=0)
                finally:
                    _let_go()

    def _found(self, status: WorkflowStatus) -> Found:
        outcome: Outcome | None = None
        reports: list[StageRun] = []
        if status.status == "SUCCESS":
            outcome = msgspec.json.decode(str(status.output), type=Outcome)
        else:
            reports = self._reports(status.workflow_id)
        state: State = "RUNNING"
        if status.status not in _AT_WORK:
            state = "CANCELLED" if status.status == "CANCELLED" else "FAILED"
        return Found(
            run_id=status.workflow_id,
            request=_request_of(status),
            state=state if outcome is None else outcome.state,
            created_ms=status.created_at or 0,
            updated_ms=status.completed_at or status.updated_at or 0,
            outcome=outcome,
            reports=reports,
            error=_error_of(status),
        )

    def _reports(self, run_id: str) -> list[StageRun]:
        assert self._dbos is not None
        return [
            msgspec.json.decode(step["output"], type=StageRun)
            for step in self._dbos.list_workflow_steps(run_id)
            if step["function_name"].startswith(STAGE) and isinstance(step["output"], str)
        ]


def _request_of(status: WorkflowStatus) -> Request:
    assert status.input is not None
    return msgspec.json.decode(status.input["args"][0], type=Request)


def _error_of(status: WorkflowStatus) -> str | None:
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return "the server stopped in the middle of it too often"
    return None if status.error is None else str(status.error)


def _launched(path: Path, run: Run) -> type[DBOS]:
    try:
        from dbos import DBOS
    except ModuleNotFoundError as error:
        raise Unsupported(
            "pipelines need the package dbos", hint="pip install 'headwater[flow]'"
        ) from error
    with _Current.lock:
        if _Current.run is not None:
            raise Unavailable("another executor of pipelines runs in this process")
        _Current.run = run
        if not _Current.is_declared:
            _Current.is_declared = True
            globals()["_workflow"] = DBOS.workflow(name=_WORKFLOW)(_workflow)
    is_open = False
    try:
        _prepare(path)
        logger = logging.getLogger("dbos")
        logger.handlers[:] = [_Reports()]
        logger.propagate = False
        DBOS(
            config={
                "name": "headwater",
                "system_database_url": f"sqlite:///{path}",
                "application_version": VERSION,
                "executor_id": "local",
                "log_level": "ERROR",
                "enable_otlp": False,
                "db_engine_kwargs": {"connect_args": {"factory": _Connection}},
            }
        )
        DBOS.launch()
        is_open = True
    finally:
        if not is_open:
            DBOS.destroy(workflow_completion_timeout_sec=0)
            _let_go()
    return DBOS


def _let_go() -> None:
    with _Current.lock:
        _Current.run = None


def _prepare(path: Path) -> None:
    """Make the file one with a write-ahead log, which stays a property of it."""
    try:
        connection = sqlite3.connect(path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise Unavailable(
            f"the file of pipeline runs cannot be opened: {error}",
            hint=f"restore {path} from a backup, or move it away: its runs are then forgotten",
        ) from error


def _workflow(request: str) -> str:
    from dbos import DBOS

    run, run_id = _Current.run, DBOS.workflow_id
    assert run is not None
    assert run_id is not None
    return encoded(run(run_id, msgspec.json.decode(request, type=Request)))
