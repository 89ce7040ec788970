"""Jobs over HTTP: what there is, run one, how a run stands."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from headwater.api.access import Reader, Runner
from headwater.engine.chain import ChainLoop, RequestedRun
from headwater.model.json import JsonObject


class JobAnswer(BaseModel):
    """A job and its latest run since the server started."""

    name: str
    description: str
    latest_run: RunAnswer | None


class RunAnswer(BaseModel):
    """A run that was asked for: where it stands and what it did to each table."""

    model_config = ConfigDict(from_attributes=True)

    run_id: str
    job: str
    state: str
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tables: list[JsonObject]
    error: str | None


class RunAccepted(BaseModel):
    """The id of a run that will be made."""

    run_id: str


def jobs_router(loop: ChainLoop) -> APIRouter:
    """Return the routes of jobs, which the loop runs."""
    router = APIRouter(prefix="/api/v2/jobs", tags=["jobs"])

    @router.get("")
    def list_jobs(_: Reader) -> list[JobAnswer]:
        """List the jobs that the lake ships, each with its latest run."""
        return [
            JobAnswer(name=name, description=description, latest_run=_latest(loop.find(name)))
            for name, description in loop.jobs.items()
        ]

    @router.post("/{job:segment}/runs", status_code=202)
    def run_job(_: Runner, job: str) -> RunAccepted:
        """Ask for a run of a job; it sees every record acknowledged before it starts."""
        return RunAccepted(run_id=loop.request(job).run_id)

    @router.get("/{job:segment}/runs/{run_id:segment}")
    def get_run(_: Reader, job: str, run_id: str) -> RunAnswer:
        """Tell how a run stands: its state, the rows of each table, its error."""
        return _answer(loop.get(job, run_id))

    return router


def _latest(runs: tuple[RequestedRun, ...]) -> RunAnswer | None:
    return _answer(runs[0]) if runs else None


def _answer(run: RequestedRun) -> RunAnswer:
    return RunAnswer.model_validate(run)


JobAnswer.model_rebuild()
