"""What goes wrong around a run of a pipeline ends in a state, in lineage, and in no loop."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.errors import Busy, Unavailable
from headwater.flow.settings import FlowSettings
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import TransportError
from headwater.sdk.pipeline import Parameter, Pipeline
from tests.flow.conftest import finished
from tests.flow.test_executor import numbers


def until(claim: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 120
    while not claim():
        assert time.monotonic() < end, "it did not become so"
        threading.Event().wait(0.02)


def stopping() -> tuple[Pipeline, threading.Event, list[str]]:
    """Return a pipeline whose first stage returns half of its records once it should stop."""
    pipeline, entered, tries = Pipeline("long"), threading.Event(), []

    @pipeline.stage("extract", name="read")
    def read(context: Any) -> Any:
        context.reads(DatasetInfo(namespace="file", name="/x"))
        tries.append(context.run_id)
        entered.set()
        if len(tries) == 1:
            until(lambda: context.is_cancelled)
            return [{"half": True}]
        return [{"half": False}, {"half": False}]

    pipeline.stage("load", name="store")(lambda context, records: None)
    return pipeline, entered, tries


def test_stage_at_work_when_its_run_is_cancelled_is_aborted_not_complete(
    executor_of, told, tmp_path: Path
) -> None:
    pipeline, entered, _ = stopping()
    executor = executor_of(pipeline)
    run_id = executor.start("long", {}, principal="me").run_id
    assert entered.wait(60)
    run = executor.cancel(run_id)
    assert (run.state, run.ended_at is not None) == ("CANCELLED", True)
    assert [stage.state for stage in run.stages] == ["CANCELLED", "CANCELLED"]
    until(lambda: len(told.types_of("long.read")) == 3)
    assert told.types_of("long.read") == ["START", "ABORT", "ABORT"]
    assert [one["name"] for one in told.events[-1]["inputs"]] == ["/x"]
    until(lambda: not list((tmp_path / "pipelines").iterdir()))
    until(lambda: [one.state for one in told.traces] == ["CANCELLED"])
    assert executor.get(run_id).ended_at == run.ended_at


def test_stage_that_stops_early_because_the_server_stops_runs_again(executor_of, told) -> None:
    pipeline, entered, tries = stopping()
    executor = executor_of(pipeline)
    run_id = executor.start("long", {}, principal="me").run_id
    assert entered.wait(60)
    run = finished(executor_of(pipeline), run_id)
    assert (run.state, run.stages[0].rows_out, len(tries)) == ("COMPLETED", 2, 2)
    assert told.types_of("long.read") == ["START", "START", "COMPLETE"]


def test_open_run_of_a_pipeline_that_is_gone_fails_and_says_so(executor_of, told) -> None:
    pipeline, entered, _ = stopping()
    executor = executor_of(pipeline)
    run_id = executor.start("long", {}, principal="me").run_id
    assert entered.wait(60)
    run = finished(executor_of(numbers()), run_id)
    assert (run.state, run.error) == ("FAILED", "the pipeline 'long' is not installed any more")
    assert told.types_of("long") == ["START", "FAIL"]


def test_open_run_of_a_pipeline_with_other_stages_fails_and_says_so(executor_of, told) -> None:
    pipeline, second = Pipeline("long"), threading.Event()
    pipeline.stage("extract", name="read")(lambda context: [{"a": 1}])

    @pipeline.load
    def store(context: Any, records: Any) -> None:
        second.set()
        until(lambda: context.is_cancelled)

    executor = executor_of(pipeline)
    run_id = executor.start("long", {}, principal="me").run_id
    assert second.wait(60)
    other = Pipeline("long")
    other.stage("extract", name="fetch")(lambda context: [])
    run = finished(executor_of(other), run_id)
    assert (run.state, run.error) == (
        "FAILED",
        "the pipeline was changed while a run of it was open",
    )
    assert told.types_of("long") == ["START", "FAIL"]


def test_what_a_failed_run_left_is_removed_after_its_days(executor_of, tmp_path: Path) -> None:
    pipeline = numbers()
    pipeline.stage("load", name="broken", attempts=1)(lambda context: {}["x"])
    executor = executor_of(pipeline)
    run_id = finished(executor, executor.start("numbers", {}, principal="me").run_id).run_id
    assert (tmp_path / "pipelines" / run_id / "make.parquet").exists()
    executor_of(pipeline)
    assert (tmp_path / "pipelines" / run_id).exists()
    executor = executor_of(pipeline, settings=FlowSettings(keep_days=1e-9))
    assert not (tmp_path / "pipelines" / run_id).exists()
    assert executor.get(run_id).state == "FAILED"


def test_file_that_cannot_be_opened_is_told_and_does_not_hold_up_the_next(
    executor_of, tmp_path: Path
) -> None:
    (tmp_path / "flow.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable, match="cannot be opened"):
        executor_of(numbers())
    (tmp_path / "flow.db").unlink()
    executor = executor_of(numbers())
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert run.state == "COMPLETED"


def test_secret_parameters_are_told_nowhere(executor_of, told) -> None:
    pipeline = Pipeline(
        "closed", parameters={"api_key": Parameter(), "place": Parameter(default="there")}
    )

    @pipeline.stage("extract", name="read", attempts=1)
    def read(context: Any) -> Any:
        raise ConnectionError(f"{context.parameters['api_key']} was not let in")

    executor = executor_of(pipeline)
    given = {"api_key": "hunter2-of-old"}
    run = finished(executor, executor.start("closed", given, principal="me").run_id)
    assert run.request.shown() == {"api_key": "***", "place": "there"}
    assert "*** was not let in" in str(run.error)
    assert "hunter2" not in str(told.events) + str(run.stages)


def test_stage_that_ends_the_process_fails_only_its_run(executor_of) -> None:
    pipeline = Pipeline("leaver")

    @pipeline.stage("extract", name="read", attempts=1)
    def read(context: Any) -> Any:
        raise SystemExit(3)

    executor = executor_of(pipeline)
    run = finished(executor, executor.start("leaver", {}, principal="me").run_id)
    assert "SystemExit: 3" in str(run.error)


def test_lineage_that_is_refused_fails_the_run(executor_of, told, monkeypatch) -> None:
    def refuse(event: bytes) -> None:
        raise TransportError("the disk is full", retriable=False)

    monkeypatch.setattr(told, "emit", refuse)
    executor = executor_of(numbers())
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert (run.state, run.error) == ("FAILED", "lineage is refused: the disk is full")


def test_lineage_that_is_busy_is_told_a_little_later(executor_of, told, monkeypatch) -> None:
    emit, refused = told.emit, []

    def busy(event: bytes) -> None:
        if len(refused) < 2:
            refused.append(event)
            raise TransportError("busy", retriable=True)
        emit(event)

    monkeypatch.setattr(told, "emit", busy)
    executor = executor_of(numbers())
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert (run.state, told.types_of("numbers")) == ("COMPLETED", ["START", "COMPLETE"])


def test_too_many_open_runs_are_refused_until_some_end(executor_of) -> None:
    pipeline, entered, _ = stopping()
    executor = executor_of(pipeline, settings=FlowSettings(most_open=1))
    executor.start("long", {}, principal="me", key="a")
    assert entered.wait(60)
    with pytest.raises(Busy, match="are open"):
        executor.start("long", {}, principal="me", key="b")
    assert executor.start("long", {}, principal="me", key="a").state == "RUNNING"


def test_commits_of_workflows_are_on_disk_when_they_return(executor_of) -> None:
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    from dbos._dbos import _get_dbos_instance

    with _get_dbos_instance()._sys_db.engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode")
        ]
    assert found == [2, "wal"]


def test_outputs_carry_quality_and_whether_records_were_left_out(executor_of, told) -> None:
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    last = next(e for e in reversed(told.events) if e["job"]["name"] == "numbers.store")
    (output,) = last["outputs"]
    facets = output["facets"]
    assert [field["name"] for field in facets["schema"]["fields"]] == ["n"]
    assert facets["dataQualityMetrics"]["columnMetrics"]["n"]["min"] == 1
    (assertion,) = facets["dataQualityAssertions"]["assertions"]
    assert (assertion["name"], assertion["success"], assertion["actual"]) == ("sift", False, "1")
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 2


def test_change_of_columns_is_a_message_in_lineage(executor_of, told) -> None:
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    executor = executor_of(numbers(extra="text"))
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    said = told.events[-1]["run"]["facets"]["headwater_messages"]["messages"]
    assert [one["message"] for one in said] == ["column extra (string) is new"]


def test_no_records_is_no_change_of_columns(executor_of) -> None:
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    run = finished(executor, executor.start("numbers", {"count": 1}, principal="me").run_id)
    assert (run.stages[1].rows_out, run.schema_changes) == (0, [])


def test_records_that_the_lake_refuses_count_as_left_out(executor_of, told, monkeypatch) -> None:
    send = told.send
    monkeypatch.setattr(told, "send", lambda *given: send(*given) - 1)
    executor = executor_of(numbers())
    run = finished(executor, executor.start("numbers", {"count": 4}, principal="me").run_id)
    assert (run.stages[2].rows_out, run.stages[2].rejected) == (2, 1)
    assert "refused 1 records" in run.stages[2].rejects[0].reason


@pytest.mark.parametrize("name", ["a/b", "../x", "a b", "x\n"])
def test_stage_has_a_name_that_can_be_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        Pipeline("p").stage("load", name=name)(lambda context: None)


def test_records_that_are_gone_fail_the_run_and_are_not_taken_for_none(
    executor_of, told, tmp_path: Path
) -> None:
    pipeline = numbers()

    @pipeline.stage("load", name="again", attempts=2, backoff_seconds=0.01)
    def again(context: Any, records: Any) -> None:
        shutil.rmtree(tmp_path / "pipelines")
        raise ValueError("once more")

    executor = executor_of(pipeline)
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert "what the stage 'sift' handed on is gone" in str(run.error)


def test_fault_of_the_server_is_told_as_a_failure(executor_of, told, monkeypatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise TypeError("a fault of ours")

    monkeypatch.setattr("headwater.flow.run_work.changes_of", broken)
    executor = executor_of(numbers())
    finished(executor, executor.start("numbers", {}, principal="me").run_id)
    run = finished(executor, executor.start("numbers", {}, principal="me").run_id)
    assert (run.state, run.error) == ("FAILED", "a fault of ours")
    until(lambda: told.types_of("numbers")[-1] == "FAIL")
