"""What runs measured and tested of a dataset: /api/v2/quality."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.tables import QualityList
from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Direction, Facets, Name, Run
from headwater.query.lineage.run_facts import RunFacts, UseFacts, run_facts, use_facts

Json = dict[str, object]


def quality_router(reads: LineageReads) -> APIRouter:
    """Return the route of quality."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])

    @router.get("/quality", responses=answers(QualityList))
    def get_quality(
        _: Reader,
        namespace: Annotated[str, Query(description="The namespace of the dataset.")],
        name: Annotated[str, Query(description="The name of the dataset.")],
        limit: Annotated[int, Query(ge=1, le=1_000, description="How many runs at most.")] = 50,
        every: Annotated[
            bool, Query(description="Also runs that measured and tested nothing.")
        ] = False,
    ) -> Response:
        """Return how much each run read or wrote and which tests passed, the latest run first."""
        with reads.view() as view:
            key = view.names.find("dataset", Name(namespace, name))
            if key is None:
                raise Missing(f"there is no dataset {name!r} in namespace {namespace!r}")
            uses = view.quality.uses(key, limit=limit, is_every=every)
            runs = view.runs.by_keys((run for run, _ in uses), is_whole=False)
            checks = [
                _check_json(runs[run], _facets(view, run, key, has_written=written), written)
                for run, written in uses
            ]
        return answer({"namespace": namespace, "name": name, "checks": checks})

    return router


def _facets(view: LineageView, run: int, dataset: int, *, has_written: bool) -> Facets:
    """Return what a run said of a dataset, under its input, output and own facets."""
    side: Direction = "output" if has_written else "input"
    own = view.facets.of_io([run], side, is_own=True).get((run, dataset), {})
    return {**own, **view.facets.of_io([run], side, is_own=False).get((run, dataset), {})}


def _check_json(run: Run, facets: Facets, has_written: bool) -> Json:
    ended = run.ended_at or run.started_at
    return {
        "run": run.id,
        "job": {"namespace": run.job.namespace, "name": run.job.name},
        "state": run.own_state,
        "at": None if ended is None else ended.to_text(),
        "direction": "output" if has_written else "input",
        **use_json(use_facts(facets)),
    }


def use_json(use: UseFacts) -> Json:
    """Return what a run says of a dataset that it used."""
    return {
        "rows": use.rows,
        "bytes": use.size_bytes,
        "files": use.files,
        "part": use.part,
        "tests": [asdict(test) for test in use.tests],
        "columns": use.column_metrics,
    }


def facts_json(facets: Facets) -> Json:
    """Return what a run's facets say beyond its state, for the answer about a run."""
    facts: RunFacts = run_facts(facets)
    return {
        "nominal_start": facts.nominal_start,
        "nominal_end": facts.nominal_end,
        "root": None if facts.root is None else asdict(facts.root),
        "upstream": [asdict(each) for each in facts.upstream],
        "downstream": [asdict(each) for each in facts.downstream],
        "tests": [asdict(test) for test in facts.tests],
        "engine": {"name": facts.engine, "version": facts.engine_version},
        "missed_tasks": facts.missed_tasks,
        "all_tasks": facts.all_tasks,
    }
