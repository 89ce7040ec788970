"""A decorated job tells every run: its begin, its end, and what it was a child of."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from headwater.sdk import (
    DatasetInfo,
    InvalidConfiguration,
    capture_events,
    current_run,
    facets,
    in_current_run,
    openlineage_job,
)
from headwater.sdk.testing import CapturedEvents

ORDERS = DatasetInfo(namespace="s3://lake", name="orders")


@pytest.fixture
def events() -> Iterator[CapturedEvents]:
    with capture_events(namespace="shop") as captured:
        yield captured


def facet(event: Any, key: str, on: str = "run") -> Any:
    return event[on].get("facets", {}).get(key)


def parents(events: CapturedEvents) -> dict[str, str | None]:
    starts = [event for event in events if event["eventType"] == "START"]
    found = {}
    for event in starts:
        parent = facet(event, "parent")
        found[event["job"]["name"]] = parent and parent["job"]["name"]
    return found


def test_function_tells_start_and_complete_of_one_run(events: CapturedEvents) -> None:
    @openlineage_job(
        job_name="load",
        description="Loads orders.",
        inputs=[ORDERS],
        outputs=[DatasetInfo(name="revenue", description="By region", tags=["pii"])],
        owners=["team:data", ("eve", "MAINTAINER")],
        tags={"tier": "gold"},
    )
    def load(path: str, *, factor: int = 2) -> int:
        return len(path) * factor

    assert load("abc", factor=3) == 9
    start, complete = events
    assert events.types() == ["START", "COMPLETE"]
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert start["job"]["namespace"] == "shop"
    assert complete["inputs"] == [{"namespace": "s3://lake", "name": "orders"}]
    (output,) = complete["outputs"]
    assert (output["namespace"], output["name"]) == ("shop", "revenue")
    assert output["facets"]["documentation"]["description"] == "By region"
    assert output["facets"]["tags"]["tags"] == [{"key": "pii", "value": "true"}]
    assert facet(start, "documentation", "job")["description"] == "Loads orders."
    owners = facet(start, "ownership", "job")["owners"]
    assert owners == [{"name": "team:data"}, {"name": "eve", "type": "MAINTAINER"}]
    assert facet(start, "tags", "job")["tags"][0]["value"] == "gold"
    assert facet(start, "processing_engine")["name"] == "Python"
    assert start["eventTime"] <= complete["eventTime"]


def test_arguments_are_not_told_unless_asked_for(events: CapturedEvents) -> None:
    @openlineage_job("quiet")
    def quiet(password: str) -> None: ...

    @openlineage_job("open", capture_arguments=True)
    def opened(password: str, url: str, limit: int) -> None: ...

    quiet("hunter2")
    opened("hunter2", "postgres://u:hunter2@h/d", limit=5)
    assert "hunter2" not in str(list(events))
    parameters = facet(events.of("open")[0], "executionParameters")["parameters"]
    assert {each["key"]: each["value"] for each in parameters} == {
        "password": "***",
        "url": "postgres://***@h/d",
        "limit": "5",
    }


def test_name_and_documentation_come_from_the_code(events: CapturedEvents) -> None:
    @openlineage_job
    def plain() -> None:
        """Do the work.

        In two paragraphs.
        """

    plain()
    module = __name__
    assert events.jobs() == [f"{module}.test_name_and_documentation_come_from_the_code.plain"]
    said = facet(events[0], "documentation", "job")["description"]
    assert said == "Do the work.\n\nIn two paragraphs."


def test_error_goes_on_and_is_told_with_its_stack(events: CapturedEvents) -> None:
    @openlineage_job("bad")
    def bad() -> None:
        raise ValueError("cannot log in with token=abc123")

    with pytest.raises(ValueError, match="abc123"):
        bad()
    assert events.types() == ["START", "FAIL"]
    error = facet(events[1], "errorMessage")
    assert error["message"] == "ValueError: cannot log in with token=***"
    assert "in bad" in error["stackTrace"]
    assert "abc123" not in error["stackTrace"]
    assert "wrapping.py" not in error["stackTrace"]


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (KeyboardInterrupt(), "FAIL"),
        (SystemExit(3), "FAIL"),
        (SystemExit("no data"), "FAIL"),
        (SystemExit(), "COMPLETE"),
        (SystemExit(0), "COMPLETE"),
        (Unspeakable(), "FAIL"),
        (asyncio.CancelledError(), "ABORT"),
    ],
)
def test_whatever_ends_a_job_is_told(
    events: CapturedEvents, error: BaseException, ending: str
) -> None:
    @openlineage_job("leaves")
    def leave() -> None:
        raise error

    with pytest.raises(type(error)):
        leave()
    assert events.types() == ["START", ending]
    assert (facet(events[1], "errorMessage") is None) == (ending == "COMPLETE")


def test_child_jobs_name_their_parent_and_the_root(events: CapturedEvents) -> None:
    @openlineage_job("child")
    def child() -> None: ...

    @openlineage_job("middle", namespace="elsewhere")
    def middle() -> None:
        child()

    @openlineage_job("top")
    def top() -> None:
        middle()

    top()
    child()
    started = {e["job"]["name"]: e for e in list(events)[:-2] if e["eventType"] == "START"}
    parent = facet(started["child"], "parent")
    assert parent["job"] == {"namespace": "elsewhere", "name": "middle"}
    assert parent["run"]["runId"] == started["middle"]["run"]["runId"]
    assert parent["root"]["job"]["name"] == "top"
    assert facet(started["top"], "parent") is None
    assert facet(events[-1], "parent") is None


def test_threads_and_pools_carry_the_run_of_whoever_called_them(events: CapturedEvents) -> None:
    def work(name: str) -> None:
        with openlineage_job(name):
            pass

    pool = ThreadPoolExecutor(1)

    @openlineage_job("first")
    def first() -> None:
        thread = threading.Thread(target=work, args=("in thread",))
        thread.start()
        thread.join()
        pool.submit(work, "in pool of first").result()

    @openlineage_job("second")
    def second() -> None:
        pool.submit(work, "in pool of second").result()

    with pool:
        first()
        second()
        pool.submit(work, "outside").result()
    assert parents(events) == {
        "first": None,
        "in thread": "first",
        "in pool of first": "first",
        "second": None,
        "in pool of second": "second",  # by the same worker
        "outside": None,
    }


def test_threads_can_be_left_as_they_are() -> None:
    code = (
        "import threading\n"
        "from headwater.sdk import capture_events, openlineage_job\n"
        "start = threading.Thread.start\n"
        "with capture_events() as events, openlineage_job('outer'):\n"
        "    thread = threading.Thread(target=openlineage_job('inner')(lambda: None))\n"
        "    thread.start(); thread.join()\n"
        "print('parent' in events.of('inner')[0]['run']['facets'], start is threading.Thread.start)"
    )
    for setting, said in (("on", "True False"), ("off", "False True")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "HEADWATER_THREADS": setting},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == said


def test_handler_of_the_program_for_sigterm_is_left_alone() -> None:
    code = (
        "import os, signal, sys\n"
        "from headwater.sdk import capture_events, openlineage_job\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
        "with capture_events() as events:\n"
        "    try:\n"
        "        with openlineage_job('outer'):\n"
        "            os.kill(os.getpid(), signal.SIGTERM); signal.pause()\n"
        "    finally:\n"
        "        print(events.types(), flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout.strip(), done.returncode) == ("['START', 'FAIL']", 9)


def test_a_function_can_be_bound_to_the_run_by_hand(events: CapturedEvents) -> None:
    with openlineage_job("outer"):
        bound = in_current_run(openlineage_job("bound")(lambda: 5))
    assert bound() == 5
    assert parents(events)["bound"] == "outer"


def test_tasks_of_asyncio_have_the_run_that_made_them(events: CapturedEvents) -> None:
    @openlineage_job("leaf")
    async def leaf(number: int) -> int:
        await asyncio.sleep(0)
        return number

    @openlineage_job("gather")
    async def gather() -> list[int]:
        return list(await asyncio.gather(leaf(1), leaf(2)))

    async def both() -> None:
        assert inspect.iscoroutinefunction(leaf)
        assert await gather() == [1, 2]
        async with openlineage_job("block") as run:
            await leaf(3)
            assert current_run() is run

    asyncio.run(both())
    found = [
        facet(e, "parent")["job"]["name"] for e in events.of("leaf") if e["eventType"] == "START"
    ]
    assert found == ["gather", "gather", "block"]
    assert set(events.types("leaf")) == {"START", "COMPLETE"}


def test_cancelled_coroutine_is_aborted(events: CapturedEvents) -> None:
    @openlineage_job("slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(slow())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert events.types() == ["START", "ABORT"]
    assert facet(events[1], "errorMessage")["message"] == "CancelledError"


@openlineage_job("numbers", outputs=["numbers"])
def numbers(most: int) -> Iterator[dict[str, int]]:
    for number in range(most):
        with openlineage_job(f"step {number}"):
            pass
        yield {"number": number}


def test_generator_is_one_run_from_its_first_to_its_last_item(events: CapturedEvents) -> None:
    steps = numbers(2)
    assert inspect.isgeneratorfunction(numbers)
    assert len(events) == 0
    assert next(steps) == {"number": 0}
    assert current_run().is_recorded is False  # its consumer is not part of it
    with openlineage_job("consumer"):
        assert list(steps) == [{"number": 1}]
    assert parents(events) == {
        "numbers": None,
        "step 0": "numbers",
        "consumer": None,
        "step 1": "numbers",
    }
    (output,) = events.of("numbers")[-1]["outputs"]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 2
    assert output["facets"]["schema"]["fields"] == [{"name": "number", "type": "integer"}]


def test_generator_closed_early_is_aborted(events: CapturedEvents) -> None:
    steps = numbers(5)
    next(steps)
    steps.close()
    assert events.types("numbers") == ["START", "ABORT"]
    (output,) = events.of("numbers")[-1]["outputs"]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 1


def test_generator_passes_on_what_is_sent_and_thrown(events: CapturedEvents) -> None:
    @openlineage_job("echo")
    def echo() -> Any:
        said = []
        while True:
            try:
                said.append((yield len(said)))
            except KeyError:
                return said

    steps = echo()
    assert [next(steps), steps.send("a"), steps.send("b")] == [0, 1, 2]
    with pytest.raises(StopIteration) as stopped:
        steps.throw(KeyError("enough"))
    assert stopped.value.value == ["a", "b"]
    assert events.types() == ["START", "COMPLETE"]


def test_generator_that_fails_is_told_as_failed(events: CapturedEvents) -> None:
    @openlineage_job("breaks")
    def breaks() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    with pytest.raises(LookupError):
        list(breaks())
    assert events.types() == ["START", "FAIL"]


def test_async_generators_do_the_same(events: CapturedEvents) -> None:
    @openlineage_job("pages", outputs=["pages"])
    async def pages() -> AsyncIterator[list[dict[str, int]]]:
        for page in range(3):
            await asyncio.sleep(0)
            yield [{"page": page}, {"page": page}]

    async def read() -> None:
        assert len([page async for page in pages()]) == 3
        early = pages()
        await anext(early)
        await early.aclose()

    asyncio.run(read())
    assert events.types() == ["START", "COMPLETE", "START", "ABORT"]
    (output,) = events[1]["outputs"]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 6


def test_class_with_a_run_method_is_a_job(events: CapturedEvents) -> None:
    @openlineage_job("importer", inputs=lambda self, table: f"raw.{table}")
    class Importer:
        """Imports tables."""

        def __init__(self, factor: int) -> None:
            self.factor = factor

        def run(self, table: str) -> int:
            return self.factor * len(table)

    importer = Importer(2)
    assert importer.run("ab") == 4
    assert importer.run(table="abc") == 6
    assert events.types("importer") == ["START", "COMPLETE"] * 2
    assert events[2]["inputs"][0]["name"] == "raw.abc"
    assert facet(events[0], "documentation", "job")["description"] == "Imports tables."


def test_methods_of_every_kind_can_be_decorated(events: CapturedEvents) -> None:
    class Jobs:
        @openlineage_job("method")
        def method(self) -> Jobs:
            return self

        @openlineage_job("static")
        @staticmethod
        def static() -> int:
            return 1

        @classmethod
        @openlineage_job("class")
        def of_class(cls) -> type:
            return cls

    jobs = Jobs()
    assert jobs.method() is jobs
    assert (Jobs.static(), jobs.of_class()) == (1, Jobs)
    assert events.jobs() == ["method", "static", "class"]


@pytest.mark.parametrize("target", [type("Empty", (), {}), 5])
def test_what_cannot_be_a_job_is_refused_where_it_is_decorated(target: Any) -> None:
    with pytest.raises(InvalidConfiguration):
        openlineage_job("x")(target)


@openlineage_job("pickled")
def pickled(number: int) -> int:
    return number + 1


def test_decorated_functions_are_what_they_were(events: CapturedEvents) -> None:
    assert pickle.loads(pickle.dumps(pickled))(1) == 2
    assert list(inspect.signature(pickled).parameters) == ["number"]
    assert functools.partial(pickled, 3)() == 4
    assert events.types() == ["START", "COMPLETE"] * 2


def test_recursion_makes_a_run_for_each_call(events: CapturedEvents) -> None:
    @openlineage_job("down")
    def down(depth: int) -> None:
        if depth:
            down(depth - 1)

    down(3)
    assert events.types() == ["START"] * 4 + ["COMPLETE"] * 4


def test_inputs_and_outputs_may_be_found_from_the_arguments(events: CapturedEvents) -> None:
    @openlineage_job(
        "copy",
        inputs=lambda source: [source, DatasetInfo(name="rules")],
        outputs=lambda target, result: DatasetInfo(namespace="file", name=f"{target}/{result}"),
        nominal_time=lambda day: day,
    )
    def copy(source: str, target: str = "/out", *, day: datetime) -> str:
        return "part-0"

    copy("s3a://bucket/in/", day=datetime(2026, 5, 1, tzinfo=UTC))
    start, complete = events
    assert [each["name"] for each in start["inputs"]] == ["in", "rules"]
    assert start["inputs"][0]["namespace"] == "s3://bucket"
    assert start["outputs"] == []
    assert complete["outputs"] == [{"namespace": "file", "name": "/out/part-0"}]
    assert facet(start, "nominalTime")["nominalStartTime"] == "2026-05-01T00:00:00.000000Z"


def test_error_in_a_callable_of_the_user_does_not_reach_the_job(
    events: CapturedEvents, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(path: str) -> list[str]:
        raise LookupError(f"no such table: {path}")

    @openlineage_job("robust", inputs=broken, outputs=lambda: 5 / 0, nominal_time=lambda: 1 / 0)
    def robust(path: str) -> str:
        return path

    with caplog.at_level(logging.WARNING):
        assert robust("p") == "p"
    assert events.types() == ["START", "COMPLETE"]
    error = facet(events[1], "extractionError")
    assert error["failedTasks"] == 3
    assert error["errors"][0]["errorMessage"] == "LookupError: no such table: p"
    assert "no such table" in caplog.text


def test_children_share_the_nominal_time(events: CapturedEvents) -> None:
    @openlineage_job("day", nominal_time=datetime(2026, 5, 1, tzinfo=UTC))
    def day() -> None:
        with openlineage_job("part"):
            pass

    day()
    assert facet(events.of("part")[0], "nominalTime") == facet(events.of("day")[0], "nominalTime")


def test_airflow_says_the_nominal_time(
    monkeypatch: pytest.MonkeyPatch, events: CapturedEvents
) -> None:
    monkeypatch.setenv("AIRFLOW_CTX_EXECUTION_DATE", "2026-05-01T02:00:00+02:00")
    openlineage_job("task")(lambda: None)()
    assert facet(events[0], "nominalTime")["nominalStartTime"] == "2026-05-01T00:00:00.000000Z"


def test_run_id_can_be_given_and_given_twice(events: CapturedEvents) -> None:
    given = "0196A1B2-3C4D-7E5F-8A9B-0C1D2E3F4A5B"

    @openlineage_job("fixed", run_id=given)
    def fixed() -> None: ...

    fixed()
    fixed()
    with openlineage_job("odd", run_id="no uuid"):
        pass
    ids = {event["run"]["runId"] for event in events.of("fixed")}
    assert ids == {given.lower()}
    assert events.types("fixed") == ["START", "COMPLETE"] * 2
    assert events.types("odd") == ["START", "COMPLETE"]


def test_two_open_runs_may_share_an_id(events: CapturedEvents) -> None:
    given = "0196a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b"
    with openlineage_job("one", run_id=given), openlineage_job("two", run_id=given):
        pass
    assert events.types("one") == ["START", "COMPLETE"]
    assert events.types("two") == ["START", "COMPLETE"]


def test_block_needs_a_name() -> None:
    with pytest.raises(InvalidConfiguration, match="name"), openlineage_job():
        pass


def test_one_declared_job_can_be_open_many_times_at_once(events: CapturedEvents) -> None:
    job = openlineage_job("same")
    everyone = threading.Barrier(4)

    def work() -> None:
        with job as run:
            everyone.wait(60)
            with job as inner:
                assert inner is current_run()
            assert current_run() is run

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: work(), range(4)))
    assert sorted(events.types()) == ["COMPLETE"] * 8 + ["START"] * 8


def test_lineage_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from headwater.sdk.delivery import current_delivery, restore_delivery

    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    restore_delivery(None)

    @openlineage_job("silent", inputs=lambda: 1 / 0)
    def silent() -> bool:
        current_run().add_input("x")
        return current_run().is_recorded

    assert silent() is False
    assert current_delivery() is None


def test_jobs_can_be_left_out_by_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE__FILTERS", '[{"type": "regex", "regex": "tmp_.*"}]')
    with (
        capture_events() as events,
        openlineage_job("outer"),
        openlineage_job("tmp_x"),
        openlineage_job("inner"),
    ):
        pass
    assert parents(events) == {"outer": None, "inner": "outer"}


def test_current_run_tells_what_it_is_told(events: CapturedEvents) -> None:
    with openlineage_job("adds", inputs=["in"]) as run:
        run.add_statistics("in", rows=7, size_bytes=70, files=2)
        run.add_input(ORDERS, facets.version("12"))
        run.add_output("out", value=[{"a": 1.5, "b": "x"}])
        run.add_schema("wide", {"c": "int"})
        run.add_column_lineage("out", {"a": [("in", "x"), (ORDERS, "y")]})
        run.add_facet(facets.job_type(integration="MINE"), on="job")
        run.add_tags(team="water")
        run.message("half done, token=abc", level="warning")
    assert events.types() == ["START", "RUNNING", "COMPLETE"]
    end = events[2]
    inputs = {each["name"]: each for each in end["inputs"]}
    outputs = {each["name"]: each for each in end["outputs"]}
    statistics = inputs["in"]["inputFacets"]["inputStatistics"]
    assert (statistics["rowCount"], statistics["size"], statistics["fileCount"]) == (7, 70, 2)
    assert inputs["orders"]["facets"]["version"]["datasetVersion"] == "12"
    fields = outputs["out"]["facets"]["schema"]["fields"]
    assert fields == [{"name": "a", "type": "double"}, {"name": "b", "type": "string"}]
    assert outputs["wide"]["facets"]["schema"]["fields"] == [{"name": "c", "type": "int"}]
    sources = outputs["out"]["facets"]["columnLineage"]["fields"]["a"]["inputFields"]
    assert [(each["name"], each["field"]) for each in sources] == [("in", "x"), ("orders", "y")]
    assert facet(end, "jobType", "job")["integration"] == "MINE"
    assert facet(end, "tags")["tags"][0]["key"] == "team"
    (message,) = facet(events[1], "headwater_messages")["messages"]
    assert (message["message"], message["level"]) == ("half done, token=***", "warning")


def test_many_messages_make_few_events(
    events: CapturedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headwater.sdk.run._MESSAGE_SECONDS", 3600.0)
    with openlineage_job("talks") as run:
        for number in range(500):
            run.message(f"step {number}")
    assert set(events.types()[1:-1]) <= {"RUNNING"}
    assert len(events) <= 3
    said = facet(events[-1], "headwater_messages")["messages"]
    assert [said[0]["message"], said[-1]["message"], len(said)] == ["step 400", "step 499", 100]


def test_nothing_that_is_added_can_break_the_job(events: CapturedEvents) -> None:
    with openlineage_job("odd") as run:
        run.add_facet(facets.Facet("custom", {"x": float("nan")}, "urn:x"))
        run.add_facet(facets.Facet("unknown", {}))
        run.add_input("")
        run.add_column_lineage("out", {"a": [5]})  # type: ignore[list-item]
        run.add_sql("SELEC 1")
        run.add_output("postgres://u:p@h/db")
    assert events.types() == ["START", "COMPLETE"]
    assert facet(events[1], "custom") is None
    assert facet(events[1], "extractionError")["errors"][0]["task"] == "sql"


def test_sql_is_told_with_its_columns(events: CapturedEvents) -> None:
    with openlineage_job("report") as run:
        run.add_sql(
            "INSERT INTO revenue SELECT region, sum(price) AS total FROM orders GROUP BY region",
            schema={"orders": {"region": "TEXT", "price": "INT"}},
            namespace="postgres://db:5432",
        )
    end = events[1]
    assert [each["name"] for each in end["inputs"]] == ["orders"]
    (output,) = end["outputs"]
    assert output["namespace"] == "postgres://db:5432"
    columns = output["facets"]["columnLineage"]["fields"]
    assert columns["total"]["inputFields"][0]["field"] == "price"
    assert "INSERT INTO" in facet(end, "sql", "job")["query"]


def test_run_can_be_ended_by_hand_and_only_once(events: CapturedEvents) -> None:
    with openlineage_job("judged") as run:
        run.fail("the numbers do not add up")
        run.message("ignored")
    assert events.types() == ["START", "FAIL"]
    assert facet(events[1], "errorMessage")["message"] == "the numbers do not add up"


def test_outside_of_a_job_nothing_is_told(events: CapturedEvents) -> None:
    run = current_run()
    run.add_input("x", value=[{"a": 1}])
    run.message("hello")
    assert not run.is_recorded
    assert run.environment() == {}
    assert len(events) == 0
