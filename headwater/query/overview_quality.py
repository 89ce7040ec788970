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
MOST_DATASETS: Final = 200
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
    """The datasets that were tested since a time, what failed first; `is_partial` if not all."""

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
    found = sorted(_found(view, latest), key=lambda one: (-len(one.failed), one.name))
    return QualityOverview(
        datasets=_with_runs(view, found[:MOST_DATASETS]),
        is_partial=len(runs) == MOST_RUNS or len(found) > MOST_DATASETS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a run found of a dataset, the run by its key."""

    name: Name
    run: int
    passed: int
    failed: Sequence[TestResult]
    score: float | None


def _found(view: LineageView, latest: Mapping[int, Sequence[SaidOfDataset]]) -> Iterator[_Found]:
    """Yield what was found of each dataset; a facet that many share is read once."""
    names = view.names.of("dataset", latest)
    bodies = view.recent.bodies(one.facet for said in latest.values() for one in said)
    read = {facet: _read(body) for facet, body in bodies.items()}
    for dataset, said in latest.items():
        tests = [test for one in said for test in read[one.facet][0]]
        scores = [read[one.facet][1] for one in said]
        yield _Found(
            name=names[dataset],
            run=said[0].run,
            passed=sum(test.status == "pass" for test in tests),
            failed=[test for test in tests if test.status == "fail"],
            score=next((score for score in scores if score is not None), None),
        )


def _read(body: bytes) -> tuple[Sequence[TestResult], float | None]:
    """Return the tests and the score in a facet, whichever of the two kinds it is."""
    tests = use_facts(_facet("dataQualityAssertions", body)).tests
    metrics = use_facts(_facet("dataQualityMetrics", body)).column_metrics
    return tests, _score(metrics.get(_SCORE, {}))


def _with_runs(view: LineageView, found: Sequence[_Found]) -> list[DatasetQuality]:
    runs = view.runs.by_keys((one.run for one in found), is_whole=False)
    return [
        DatasetQuality(
            dataset=one.name,
            run=runs[one.run].id,
            at=runs[one.run].ended_at or runs[one.run].updated_at,
            passed=one.passed,
            failed=one.failed,
            score=one.score,
        )
        for one in found
        if one.run in runs
    ]


def _facet(name: str, body: bytes) -> Facets:
    return {name: body}


def _score(metrics: Mapping[str, Number]) -> float | None:
    """Return the mean of a column of scores."""
    total, count = metrics.get("sum"), metrics.get("count")
    if total is None or not count:
        return None
    return round(total / count, 4)
