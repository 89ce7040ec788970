"""What the standard facets of a run say beyond its state: plan, root, dependencies, tests, use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final

import msgspec

from headwater.model.lineage import Facets
from headwater.query.lineage.parts import part_in_words
from headwater.query.lineage.schemas import said_by

Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReference:
    """A job, and the run of it if one is named, as a facet names them."""

    namespace: str
    name: str
    run_id: str | None
    relation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test that a run made: on a column, on a dataset, or on nothing in particular."""

    name: str
    status: str
    column: str | None = None
    severity: str | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What a run says of itself; empty where it said nothing, or nothing that can be read.

    `missed_tasks` of `all_tasks` told no lineage, so that inputs or outputs may be missing.
    """

    nominal_start: str | None
    nominal_end: str | None
    root: RunReference | None
    upstream: tuple[RunReference, ...]
    downstream: tuple[RunReference, ...]
    tests: tuple[TestResult, ...]
    engine: str | None
    engine_version: str | None
    missed_tasks: int | None
    all_tasks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseFacts:
    """What a run says of a dataset that it read or wrote: how much, which part, what was tested.

    `part` is in words, such as `day = '2026-01-01'`; None where all of it was used, or nobody said.
    """

    rows: int | None
    size_bytes: int | None
    files: int | None
    tests: tuple[TestResult, ...]
    column_metrics: Mapping[str, Mapping[str, Number]]
    part: str | None = None


def run_facts(facets: Facets) -> RunFacts:
    """Read the run facets of a run."""
    nominal, missed = said_by(facets, "nominalTime"), said_by(facets, "extractionError")
    engine, dependencies = said_by(facets, "processing_engine"), said_by(facets, "jobDependencies")
    root = said_by(facets, "parent").get("root")
    return RunFacts(
        nominal_start=_text(nominal.get("nominalStartTime")),
        nominal_end=_text(nominal.get("nominalEndTime")),
        root=_reference(root),
        upstream=tuple(_references(dependencies.get("upstream"))),
        downstream=tuple(_references(dependencies.get("downstream"))),
        tests=tuple(_tests(said_by(facets, "test").get("tests"))),
        engine=_text(engine.get("name")),
        engine_version=_text(engine.get("version")),
        missed_tasks=_count(missed.get("failedTasks")),
        all_tasks=_count(missed.get("totalTasks")),
    )


USE_FACETS: Final = frozenset(
    (
        "dataQualityAssertions",
        "dataQualityMetrics",
        "inputStatistics",
        "outputStatistics",
        "subset",
    )
)
"""The facets that `use_facts` reads."""


def use_facts(facets: Facets) -> UseFacts:
    """Read the input or output facets that a run sent of one dataset."""
    metrics = said_by(facets, "dataQualityMetrics")
    statistics = said_by(facets, "outputStatistics") or said_by(facets, "inputStatistics")
    assertions = said_by(facets, "dataQualityAssertions").get("assertions")
    subset = said_by(facets, "subset")
    return UseFacts(
        part=part_in_words(subset.get("inputCondition") or subset.get("outputCondition")),
        rows=_first_count(statistics.get("rowCount"), metrics.get("rowCount")),
        size_bytes=_first_count(statistics.get("size"), metrics.get("bytes")),
        files=_first_count(statistics.get("fileCount"), metrics.get("fileCount")),
        tests=tuple(_assertions(assertions)),
        column_metrics=_column_metrics(metrics.get("columnMetrics")),
    )


@lru_cache(maxsize=4_096)
def rows_written(statistics: bytes) -> int | None:
    """Return the rows that an `outputStatistics` facet counts; many runs share one body."""
    return use_facts({"outputStatistics": statistics}).rows


def used_resources(body: bytes) -> Iterator[tuple[str, Number]]:
    """Yield what a `headwater_resources` facet says a run used: seconds of CPU, bytes of memory."""
    said = said_by({"headwater_resources": body}, "headwater_resources")
    for member, unit in (("cpuSeconds", "s"), ("peakMemoryBytes", "By")):
        value = _number(said.get(member))
        if value is not None and value >= 0:
            yield unit, value


def _references(items: object) -> Iterator[RunReference]:
    for item in items if isinstance(items, list) else ():
        reference = _reference(item)
        if reference is not None:
            yield reference


def _reference(item: object) -> RunReference | None:
    job, run = _member(item, "job"), _member(item, "run")
    namespace, name = _text(_member(job, "namespace")), _text(_member(job, "name"))
    if namespace is None or name is None:
        return None
    return RunReference(
        namespace=namespace,
        name=name,
        run_id=_text(_member(run, "runId")),
        relation=_text(_member(item, "dependency_type")),
    )


def _tests(items: object) -> Iterator[TestResult]:
    for item in items if isinstance(items, list) else ():
        name, status = _text(_member(item, "name")), _text(_member(item, "status"))
        if name is not None and status is not None:
            yield _result(item, name, status)


def _assertions(items: object) -> Iterator[TestResult]:
    for item in items if isinstance(items, list) else ():
        name = _text(_member(item, "name")) or _text(_member(item, "assertion"))
        success = _member(item, "success")
        if name is not None and isinstance(success, bool):
            yield _result(item, name, "pass" if success else "fail")


def _result(item: object, name: str, status: str) -> TestResult:
    return TestResult(
        name=name,
        status=status.lower(),
        column=_text(_member(item, "column")),
        severity=_text(_member(item, "severity")),
        expected=_text(_member(item, "expected")),
        actual=_text(_member(item, "actual")),
    )


def _column_metrics(columns: object) -> Mapping[str, Mapping[str, Number]]:
    found = columns if isinstance(columns, dict) else {}
    return {
        column: dict(_numbers(said)) for column, said in found.items() if isinstance(said, dict)
    }


def _numbers(said: Mapping[str, object]) -> Iterator[tuple[str, Number]]:
    for metric, value in said.items():
        number = _number(value)
        if number is not None:
            yield metric, number


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: object) -> str | None:
    if isinstance(value, msgspec.Raw):  # a number, where a producer was careless
        return bytes(value).decode()
    return value if isinstance(value, str) and value else None


def _number(value: object) -> Number | None:
    """Return a number as it can be computed with; facets hold it as it was sent."""
    if not isinstance(value, msgspec.Raw | str):
        return None
    try:
        text = bytes(value).decode() if isinstance(value, msgspec.Raw) else value
        return int(text) if text.lstrip("-").isdigit() else _finite(float(text))
    except ValueError:
        return None


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _count(value: object) -> int | None:
    number = _number(value)
    return number if isinstance(number, int) and number >= 0 else None


def _first_count(*values: object) -> int | None:
    return next((n for n in map(_count, values) if n is not None), None)
