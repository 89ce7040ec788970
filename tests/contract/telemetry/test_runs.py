"""Runs beside telemetry are kept and counted the same on every engine."""

from __future__ import annotations

from typing import Any

from headwater.model.intervals import Intervals
from headwater.model.lineage import Name
from headwater.model.pipeline_runs import PipelineRun, RunsEnded, RunTrace
from tests.contract.telemetry.conftest import Engine
from tests.contract.telemetry.requests import START, spans, trace_of

SECOND = 1_000_000
BEGIN = START // 10**9
TWO_HOURS = Intervals(start=BEGIN - 3600, end=BEGIN + 3600, step=3600)


def run(id_: str, *, job: str = "load", ended: int | None = 0, **more: Any) -> PipelineRun:
    """Return a run of ten seconds that ended so many seconds after eleven o'clock."""
    at = None if ended is None else (BEGIN + ended) * SECOND
    known: dict[str, Any] = {
        "id": id_,
        "job": Name("etl", job),
        "state": "RUNNING" if ended is None else "COMPLETED",
        "started_us": None if at is None else at - 10 * SECOND,
        "ended_us": at,
        "parent_id": None,
        "records_read": None,
        "records_written": None,
        "cpu_seconds": None,
        "memory_bytes": None,
        "sequence": 1,
    }
    return PipelineRun(**known | more)


def test_nothing_is_known_at_first(engine: Engine) -> None:
    assert engine.runs.position() == 0
    assert engine.runs.ended(TWO_HOURS) == []
    assert engine.runs.traces_of([]) == []
    assert engine.runs.runs_of([trace_of("t")]) == []


def test_runs_are_counted_where_they_ended(engine: Engine) -> None:
    runs = [
        run("1", ended=-3600, records_written=5, cpu_seconds=1.5, memory_bytes=10),
        run("2", ended=-1, records_written=7, cpu_seconds=2.5),
        run("3", state="FAILED", started_us=None),
        run("4", job="other"),
        run("5", ended=3600),
        run("6", ended=None),
    ]
    engine.runs.keep(runs, [], sequence=9)
    assert engine.runs.position() == 9

    def ended(job: str, interval: int, **more: Any) -> RunsEnded:
        known: dict[str, Any] = {
            "job": Name("etl", job),
            "interval": interval,
            "state": "COMPLETED",
            "runs": 1,
            "timed": 1,
            "seconds": 10.0,
            "records": None,
            "cpu_runs": 0,
            "cpu_seconds": 0.0,
            "memory_runs": 0,
            "memory_bytes": 0.0,
        }
        return RunsEnded(**known | more)

    both = {"runs": 2, "timed": 2, "seconds": 20.0, "records": 12, "cpu_runs": 2}
    used = {"cpu_seconds": 4.0, "memory_runs": 1, "memory_bytes": 10.0}
    assert engine.runs.ended(TWO_HOURS) == [
        ended("load", 0, **both, **used),
        ended("load", 1, state="FAILED", timed=0, seconds=0.0),
        ended("other", 1),
    ]


def test_what_is_known_later_takes_the_place_of_a_run(engine: Engine) -> None:
    engine.runs.keep([run("1", ended=None), run("1", job="other")], [], sequence=1)
    assert [one.job.name for one in engine.runs.ended(TWO_HOURS)] == ["other"]
    engine.runs.keep([run("1", state="ABORTED", sequence=2)], [], sequence=2)
    assert [(one.job.name, one.state) for one in engine.runs.ended(TWO_HOURS)] == [
        ("load", "ABORTED"),
        ("other", "COMPLETED"),
    ]


def test_times_and_names_of_all_kinds_are_kept(engine: Engine) -> None:
    far, early = 253_402_300_799 * SECOND, -62_135_596_800 * SECOND
    named = run("1", job="naïve '\\ {x} \udcff")
    engine.runs.keep(
        [named, run("2", started_us=early, ended_us=far), run("3", records_written=2**70)],
        [],
        sequence=1,
    )
    assert {one.job.name for one in engine.runs.ended(TWO_HOURS)} == {
        "naïve '\\ {x} ?",
        "load",
    }


def test_traces_are_of_runs_by_their_spans_and_by_facets(engine: Engine) -> None:
    told = {"openlineage.run_id": "r1"}
    engine.send(spans({"id": "a", "told": told}, {"id": "b", "told": told}, {"id": "c"}))
    engine.send(spans({"id": "d", "told": told}))
    by_facet = RunTrace(run_id="r2", trace_id=trace_of("t"), source="facet")
    engine.runs.keep([], [by_facet], sequence=1)
    engine.runs.keep([], [by_facet], sequence=2)
    by_spans = RunTrace(run_id="r1", trace_id=trace_of("t"), source="attribute")
    assert engine.runs.traces_of(["r1"]) == [by_spans]
    assert engine.runs.runs_of([trace_of("t"), trace_of("z")]) == [by_spans, by_facet]


def test_clear_forgets_runs_and_facets_and_leaves_spans(engine: Engine) -> None:
    engine.send(spans({"id": "a", "told": {"openlineage.run_id": "r1"}}))
    named = RunTrace(run_id="r2", trace_id=trace_of("t"), source="facet")
    engine.runs.keep([run("1")], [named], sequence=5)
    engine.runs.clear()
    assert engine.runs.position() == 0
    assert engine.runs.ended(TWO_HOURS) == []
    assert [one.run_id for one in engine.runs.runs_of([trace_of("t")])] == ["r1"]
