"""What runs tested of late, and how good what they wrote is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.lineage.reading.recent import SaidOfDataset
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Name
from headwater.query.lineage.run_facts import Number, TestResult, use_facts

MOST_RUNS: Final = 1_000
_SCORE: Final = "quality_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetQuality:
    """What the last run that tested a dataset found; `score` is from 0 to 1 where one is kept."""

    dataset: Name
    run: str
    at: Moment
    passed: int
    failed: Sequence[TestResult]
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityOverview:
    """Every dataset that was tested since a time, what failed first; `is_partial` if not all."""

    datasets: Sequence[DatasetQuality]
    is_partial: bool


def quality_overview(view: LineageView, since: Moment) -> QualityOverview:
    """Read what the latest runs tested."""
    runs = view.recent.decided_since(since, most=MOST_RUNS)
    order = {run: place for place, run in enumerate(runs)}
    said = [
        *view.recent.said(runs, "dataQualityAssertions"),
        *view.recent.said(runs, "dataQualityMetrics"),
    ]
    latest: defaultdict[int, list[SaidOfDataset]] = defaultdict(list)
    for one in said:
        held = latest[one.dataset]
        if not held or order[one.run] < order[held[0].run]:
            latest[one.dataset] = [one]
        elif held[0].run == one.run:
            held.append(one)
    return QualityOverview(
        datasets=sorted(
            _datasets(view, latest),
            key=lambda one: (-len(one.failed), one.dataset),
        ),
        is_partial=len(runs) == MOST_RUNS,
    )


def _datasets(
    view: LineageView, latest: dict[int, list[SaidOfDataset]]
) -> Iterator[DatasetQuality]:
    names = view.names.of("dataset", latest)
    runs = view.runs.by_keys((said[0].run for said in latest.values()), is_whole=False)
    bodies = view.recent.bodies(one.facet for said in latest.values() for one in said)
    for dataset, said in latest.items():
        run = runs.get(said[0].run)
        if run is None:
            continue
        tests: list[TestResult] = []
        score = None
        for one in said:
            tests += use_facts(_facet("dataQualityAssertions", bodies[one.facet])).tests
            metrics = use_facts(_facet("dataQualityMetrics", bodies[one.facet])).column_metrics
            score = _score(metrics.get(_SCORE, {})) if score is None else score
        yield DatasetQuality(
            dataset=names[dataset],
            run=run.id,
            at=run.ended_at or run.updated_at,
            passed=sum(test.status == "pass" for test in tests),
            failed=[test for test in tests if test.status == "fail"],
            score=score,
        )


def _facet(name: str, body: bytes) -> Facets:
    return {name: body}


def _score(metrics: Mapping[str, Number]) -> float | None:
    """Return the mean of a column of scores."""
    total, count = metrics.get("sum"), metrics.get("count")
    if total is None or not count:
        return None
    return round(total / count, 4)
