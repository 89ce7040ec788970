"""DBOS as the executor uses it: a workflow for each run, steps whose results are remembered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from headwater.errors import Unavailable, Unsupported
from headwater.flow.runs import State
from headwater.sdk.pipeline import Stage

if TYPE_CHECKING:
    from dbos import DBOS, WorkflowStatus

P = ParamSpec("P")
T = TypeVar("T")
Failure = TypeVar("Failure", bound=Exception)
Run = Callable[[str, Mapping[str, Any]], dict[str, Any]]

VERSION: Final = "1"
"""What DBOS calls the version of the application: runs of any release may be continued."""

_WORKFLOW: Final = "headwater.pipeline"
_STAGE: Final = "stage "
_STATES: Final[Mapping[str, State]] = {"SUCCESS": "COMPLETED", "CANCELLED": "CANCELLED"}
_AT_WORK: Final = frozenset(("PENDING", "ENQUEUED", "DELAYED"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A run as DBOS knows it: `outcome` once it is over, until then the reports of stages."""

    run_id: str
    given: Mapping[str, Any]
    state: State
    created_ms: int
    outcome: Mapping[str, Any] | None
    reports: Sequence[Mapping[str, Any]]
    error: str | None


class _Current:
    """The executor whose runs the workflow of this process does."""

    lock = threading.Lock()
    run: Run | None = None
    is_declared = False


class Durable:
    """One file of workflows; opened at first use, or at once when it exists already."""

    def __init__(self, path: Path, run: Run) -> None:
        self._path = path
        self._run = run
        self._dbos: type[DBOS] | None = None
        if path.exists():
            self._open()

    def start(self, run_id: str, given: Mapping[str, Any]) -> Found:
        """Start a run, or return the one of that id."""
        dbos = self._open()
        from dbos import SetWorkflowID

        with SetWorkflowID(run_id):
            dbos.start_workflow(_workflow, dict(given))
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

    def latest(self, limit: int) -> list[Found]:
        """Return runs, the newest first."""
        if self._dbos is None:
            return []
        found = self._dbos.list_workflows(name=_WORKFLOW, limit=limit, sort_desc=True)
        return [self._found(one) for one in found]

    def wait(self, run_id: str) -> None:
        """Return once a run is over."""
        dbos = self._open()
        from dbos._error import DBOSAwaitedWorkflowCancelledError

        with suppress(DBOSAwaitedWorkflowCancelledError):
            dbos.retrieve_workflow(run_id).get_result(polling_interval_sec=0.05)

    def cancel(self, run_id: str) -> None:
        """Stop a run before its next step."""
        self._open().cancel_workflow(run_id)

    def step(self, name: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something once in a run; after a crash its result is known."""
        return self._open().run_step({"name": name}, work, *args, **kwargs)

    def retried(
        self,
        stage: Stage,
        attempt: Callable[[], dict[str, Any]],
        failure: type[Failure],
        report: Callable[[Failure], dict[str, Any]],
    ) -> dict[str, Any]:
        """Do a stage, trying again as it says; of the last failure return the report."""
        dbos = self._open()
        from dbos._error import DBOSMaxStepRetriesExceeded

        name = _STAGE + stage.name
        try:
            if stage.attempts == 1:
                return dbos.run_step({"name": name}, attempt)
            return dbos.run_step(
                {
                    "name": name,
                    "retries_allowed": True,
                    "max_attempts": stage.attempts,
                    "interval_seconds": stage.backoff_seconds,
                    "backoff_rate": 2.0,
                },
                attempt,
            )
        except failure as error:
            return report(error)
        except DBOSMaxStepRetriesExceeded as error:
            last = error.errors[-1]
            if not isinstance(last, failure):
                raise
            return report(last)

    def close(self) -> None:
        """Let go of the file."""
        if self._dbos is not None:
            self._dbos.destroy(workflow_completion_timeout_sec=0)
            self._dbos = None
            with _Current.lock:
                _Current.run = None

    def _open(self) -> type[DBOS]:
        if self._dbos is not None:
            return self._dbos
        try:
            from dbos import DBOS
        except ModuleNotFoundError as error:
            raise Unsupported(
                "pipelines need the package dbos", hint="pip install 'headwater[flow]'"
            ) from error
        with _Current.lock:
            if _Current.run is not None:
                raise Unavailable("another executor of pipelines runs in this process")
            _Current.run = self._run
            if not _Current.is_declared:
                _Current.is_declared = True
                globals()["_workflow"] = DBOS.workflow(name=_WORKFLOW)(_workflow)
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        DBOS(
            config={
                "name": "headwater",
                "system_database_url": f"sqlite:///{self._path}",
                "application_version": VERSION,
                "executor_id": "local",
                "log_level": "CRITICAL",
                "enable_otlp": False,
            }
        )
        self._dbos = DBOS
        DBOS.launch()
        return DBOS

    def _found(self, status: WorkflowStatus) -> Found:
        assert status.input is not None
        assert self._dbos is not None
        given: Mapping[str, Any] = status.input["args"][0]
        outcome: Mapping[str, Any] | None = None
        reports: list[Mapping[str, Any]] = []
        if status.status == "SUCCESS":
            outcome = status.output
        else:
            reports = [
                step["output"]
                for step in self._dbos.list_workflow_steps(status.workflow_id)
                if step["function_name"].startswith(_STAGE) and isinstance(step["output"], dict)
            ]
        state: State = "RUNNING"
        if status.status not in _AT_WORK:
            state = _STATES.get(status.status, "FAILED")
        return Found(
            run_id=status.workflow_id,
            given=given,
            state=state,
            created_ms=status.created_at or 0,
            outcome=outcome,
            reports=reports,
            error=None if status.error is None else str(status.error),
        )


def _workflow(given: dict[str, Any]) -> dict[str, Any]:
    from dbos import DBOS

    run, run_id = _Current.run, DBOS.workflow_id
    assert run is not None
    assert run_id is not None
    return run(run_id, given)
