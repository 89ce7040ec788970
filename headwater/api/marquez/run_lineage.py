"""Which runs made what a run read, and what those read, upwards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import FullName, full_names
from headwater.api.marquez.route import (
    MarquezRoute,
    answer,
    required,
    uuid_of,
    whole_number,
)
from headwater.api.marquez.runs import find_run
from headwater.lineage.reading.runs import Writer
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import DatasetVersionName, Name, Run

DEFAULT_DEPTH: Final = 20
MOST_RUNS: Final = 2_000

Writers = dict[tuple[int, Name], Writer]


def run_lineage_router(reads: LineageReads) -> APIRouter:
    """Serve the lineage of runs."""
    router = APIRouter(prefix="/api/v1/runlineage", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/upstream")
    def get_upstream(
        _principal: Reader,
        run_id: Annotated[
            str | None, Query(alias="runId", description="The run to start from.")
        ] = None,
        depth: Annotated[str | None, Query(description="How many runs away, at most.")] = None,
    ) -> Response:
        """Return a run, the runs that wrote what it read, and so on, the nearest first.

        They may have written it by another of its names. Deleted datasets and the runs of deleted
        jobs are left out.
        """
        wanted = uuid_of(required("runId", run_id))
        levels = max(0, whole_number(depth, DEFAULT_DEPTH))
        with reads.view() as view:
            runs, writers, is_whole = _walk(view, find_run(view, wanted), levels)
            names = full_names(view, (run.job_key for run in runs))
            hidden = view.run_lineage.hidden_inputs(run.key for run in runs)
        shown = [replace(run, inputs=_without(run, hidden)) for run in runs]
        found: JsonObject = {"runs": [_run_json(run, writers, names[run.job_key]) for run in shown]}
        if not is_whole:
            found |= {"partial": True, "reason": f"only the nearest {MOST_RUNS:,} runs are listed"}
        return answer(found)

    return router


def _walk(view: LineageView, start: int, levels: int) -> tuple[list[Run], Writers, bool]:
    """Return runs level by level, in each by job and id, and who wrote what each run read."""
    runs: list[Run] = []
    writers: Writers = {}
    seen = {start}
    level = {start}
    for _ in range(levels + 1):
        found = view.runs.by_keys(level)
        runs += sorted(found.values(), key=lambda run: (run.job, run.id))[: MOST_RUNS - len(runs)]
        found_writers = view.run_lineage.writers(level)
        written = view.run_lineage.visible(found_writers, towards="writer")
        names = view.names.of("dataset", (dataset for _, dataset in written))
        writers |= {(reader, names[dataset]): w for (reader, dataset), w in written.items()}
        level = {writer.key for writer in written.values() if writer.is_run} - seen
        if not level or len(runs) == MOST_RUNS:
            break
        seen |= level
    return runs, writers, not (level and len(runs) == MOST_RUNS)


def _without(run: Run, hidden: Collection[tuple[int, Name]]) -> tuple[DatasetVersionName, ...]:
    return tuple(use for use in run.inputs if (run.key, use.dataset) not in hidden)


def _run_json(run: Run, writers: Writers, name: FullName) -> JsonObject:
    return {
        "job": {"namespace": name.namespace, "name": name.name, "version": run.job_version},
        "run": {
            "id": run.id,
            "start": None if run.started_at is None else run.started_at.to_text(),
            "end": None if run.ended_at is None else run.ended_at.to_text(),
            "status": run.own_state,
        },
        "inputs": [
            {
                "namespace": use.dataset.namespace,
                "name": use.dataset.name,
                "version": use.version,
                "producedByRunId": _id_of(writers.get((run.key, use.dataset))),
            }
            for use in run.inputs
        ],
    }


def _id_of(writer: Writer | None) -> str | None:
    return None if writer is None else writer.id
