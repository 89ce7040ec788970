"""Pipelines run stage by stage, are tried again, stopped and continued, and tell what they did."""

from __future__ import annotations

import threading
from typing import Any

import pyarrow as pa
import pytest

from headwater.errors import Conflict, Missing, Unprocessable
from headwater.sdk.pipeline import Parameter, Pipeline
from tests.flow.conftest import finished


def numbers(**more: Any) -> Pipeline:
    """Return a pipeline that makes numbers, leaves one out, and sends the others."""
    pipeline = Pipeline(
        "numbers", description="Counts.", parameters={"count": Parameter(type="integer", default=3)}
    )

    @pipeline.extract
    def make(context: Any) -> Any:
        """Make numbers."""
        return ({"n": number, **more} for number in range(context.parameters["count"]))

    @pipeline.transform
    def sift(context: Any, records: Any) -> Any:
        for record in records:
            if record["n"] == 0:
                context.reject(record, "zero is nothing")
            else:
                yield record

    @pipeline.load
    def store(context: Any, records: Any) -> None:
        context.send("numbers", records)

    return pipeline


def test_run_ends_with_counts_columns_quality_lineage_and_a_trace(executor_of, told) -> None:
    executor = executor_of(numbers())
    run = finished(executor, executor.start("numbers", {"count": 4}, principal="me").run_id)
    assert (run.state, run.error, run.request.parameters) == ("COMPLETED", None, {"count": 4})
    make, sift, store = run.stages
    assert [stage.state for stage in run.stages] == ["COMPLETED"] * 3
    assert (make.rows_in, make.rows_out, sift.rows_in, sift.rows_out, store.rows_in) == (
        None,
        4,
        4,
        3,
        3,
    )
    assert (sift.rejected, sift.rejects[0].reason) == (1, "zero is nothing")
    assert list(make.columns) == [("n", "int64")]
    assert sift.quality is not None
    assert sift.quality["n"]["min"] == 1
    (sent,) = told.sent.values()
    assert sent == ("numbers", [{"n": 1}, {"n": 2}, {"n": 3}])
    assert told.types_of("numbers") == ["START", "COMPLETE"]
    for stage in ("make", "sift", "store"):
        assert told.types_of(f"numbers.{stage}") == ["START", "COMPLETE"]
    last = next(e for e in told.events if e["job"]["name"] == "numbers.store" and e["outputs"])
    assert last["outputs"][0]["name"] == "raw.numbers"
    assert last["run"]["facets"]["parent"]["run"]["runId"] == run.run_id
    assert [one.run_id for one in told.traces] == [run.run_id]


def test_failing_stage_is_tried_again_and_then_well(executor_of, told) -> None:
    pipeline, tries = Pipeline("flaky"), []

    @pipeline.stage("extract", attempts=3, backoff_seconds=0.01)
    def read(context: Any) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("away, with password=hunter2")
        return [{"a": 1}]

    executor = executor_of(pipeline)
    run = finished(executor, executor.start("flaky", {}, principal="me").run_id)
    assert (run.state, run.stages[0].attempts) == ("COMPLETED", 3)
    assert told.types_of("flaky.read") == ["START", "FAIL", "START", "FAIL", "START", "COMPLETE"]
    assert "hunter2" not in str(told.events)


@pytest.mark.parametrize("attempts", [1, 2])
def test_stage_that_never_succeeds_fails_the_run_with_its_error(
    executor_of, told, attempts: int
) -> None:
    pipeline = numbers()

    @pipeline.stage("load", attempts=attempts, backoff_seconds=0.01)
    def broken(context: Any, records: Any) -> None:
        raise ValueError("no such place")

    @pipeline.load
    def never(context: Any) -> None:
        raise AssertionError

    executor = executor_of(pipeline)
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert run.state == "FAILED"
    assert run.error is not None
    assert "the stage 'broken' failed: ValueError: no such place" in run.error
    assert run.stages[-1].attempts == attempts
    assert [stage.name for stage in run.stages] == ["make", "sift", "store", "broken"]
    assert told.types_of("numbers") == ["START", "FAIL"]
    assert told.types_of("numbers.never") == []


@pytest.mark.parametrize(
    "value", [7, "text", [1, 2], {"a": 1}], ids=["number", "text", "numbers", "mapping"]
)
def test_what_is_no_records_fails_the_stage(executor_of, value: object) -> None:
    pipeline = Pipeline("odd")
    pipeline.stage("extract", name="read", attempts=1)(lambda context: value)
    executor = executor_of(pipeline)
    run = finished(executor, executor.start("odd", {}, principal="me").run_id)
    assert "not records" in str(run.error)


def test_tables_are_handed_on_as_tables_and_mixed_values_as_text(executor_of) -> None:
    pipeline, seen = Pipeline("tables"), []

    @pipeline.extract
    def read(context: Any) -> Any:
        return [{"a": 1, "b": None}, {"a": "x", "c": {"d": 2}}]

    @pipeline.transform
    def table(context: Any, records: Any) -> Any:
        seen.append(records)
        return pa.table({"a": [1, 2]})

    @pipeline.load
    def store(context: Any, records: Any) -> None:
        seen.append(records)

    executor = executor_of(pipeline)
    assert finished(executor, executor.start("tables", {}, principal="me").run_id).error is None
    assert [record["a"] for record in seen[0]] == ["1", "x"]
    assert seen[1].to_pydict() == {"a": [1, 2]}


def test_parameters_are_checked_before_anything_starts(executor_of, told) -> None:
    executor = executor_of(numbers())
    for given in ({"count": "3"}, {"count": True}, {"what": 1}):
        with pytest.raises(Unprocessable) as caught:
            executor.start("numbers", given, principal="me")
        assert str(caught.value.path).startswith("/parameters/")
    with pytest.raises(Missing, match="nothing"):
        executor.start("nothing", {}, principal="me")
    assert executor.find(limit=10) == []
    assert told.events == []


def test_key_makes_starting_again_safe(executor_of) -> None:
    executor = executor_of(numbers())
    first = executor.start("numbers", {"count": 2}, principal="me", key="k")
    again = executor.start("numbers", {"count": 2}, principal="me", key="k")
    assert first.run_id == again.run_id
    assert executor.start("numbers", {"count": 2}, principal="you", key="k").run_id != first.run_id
    with pytest.raises(Conflict, match="'k'"):
        executor.start("numbers", {"count": 3}, principal="me", key="k")
    finished(executor, first.run_id)
    assert executor.start("numbers", {"count": 2}, principal="me", key="k").state == "COMPLETED"


def test_cancelled_run_stops_before_its_next_stage_and_tells_the_one_at_work(
    executor_of, told
) -> None:
    pipeline, entered, stopped = Pipeline("long"), threading.Event(), threading.Event()

    @pipeline.extract
    def read(context: Any) -> Any:
        entered.set()
        while not context.is_cancelled:
            stopped.wait(0.01)
        stopped.set()
        return []

    @pipeline.load
    def never(context: Any, records: Any) -> None:
        raise AssertionError

    executor = executor_of(pipeline)
    run_id = executor.start("long", {}, principal="me").run_id
    assert entered.wait(60)
    at_work = executor.get(run_id)
    assert (at_work.state, at_work.stages[0].state, at_work.stages[1].state) == (
        "RUNNING",
        "RUNNING",
        "WAITING",
    )
    assert executor.cancel(run_id).state == "CANCELLED"
    assert stopped.wait(60)
    executor.wait(run_id)
    assert executor.get(run_id).state == "CANCELLED"
    assert told.types_of("long") == ["START", "ABORT"]
    assert told.types_of("long.never") == []
    assert executor.cancel(run_id).state == "CANCELLED"


def test_change_of_columns_since_the_last_complete_run_is_told(executor_of) -> None:
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    executor = executor_of(numbers(extra="text"))
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert run.schema_changes == ["column extra (string) is new"]
    same = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert same.schema_changes == []
    assert [one.run_id for one in executor.find(limit=2)] == [same.run_id, run.run_id]
    assert len(executor.find(limit=10, pipeline="numbers")) == 3


def test_unknown_run_is_missing(executor_of) -> None:
    with pytest.raises(Missing):
        executor_of(numbers()).get("nobody")
