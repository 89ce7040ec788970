"""A sub-process finds the run that started it, and the trace that it is part of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from headwater.sdk import capture_events, child_environment, openlineage_job
from headwater.sdk.facets import RunOf
from headwater.sdk.propagation import parent_from_environment, traceparent_from_environment
from headwater.sdk.testing import CapturedEvents

PARENT = RunOf(run_id="r", job_namespace="n", job_name="j")
ROOT = RunOf(run_id="R", job_namespace="N", job_name="J")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

CHILD = """
import json
from headwater.sdk import capture_events, openlineage_job
with capture_events() as events, openlineage_job("child") as run:
    pass
print(json.dumps([events[0]["run"]["facets"], run.environment().get("TRACEPARENT")]))
"""


@pytest.fixture
def events() -> Iterator[CapturedEvents]:
    with capture_events(namespace="a/b") as captured:
        yield captured


@pytest.mark.parametrize("only", ["OPENLINEAGE_CONTEXT", "OPENLINEAGE_PARENT_ID"])
def test_sub_process_is_a_child_of_the_run_that_starts_it(
    events: CapturedEvents, only: str
) -> None:
    with openlineage_job("top"), openlineage_job("starts") as run:
        environment = child_environment()
        other = {"OPENLINEAGE_CONTEXT", "OPENLINEAGE_PARENT_ID"} - {only}
        for name in other:
            del environment[name]
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    facets, _ = json.loads(done.stdout)
    assert facets["parent"]["run"]["runId"] == run.id
    assert facets["parent"]["job"] == {"namespace": "a/b", "name": "starts"}
    top = "top" if only == "OPENLINEAGE_CONTEXT" else "starts"
    assert facets["parent"]["root"]["job"]["name"] == top


def test_trace_goes_through_a_process_that_has_no_opentelemetry() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, "TRACEPARENT": TRACE},
        capture_output=True,
        text=True,
        check=True,
    )
    facets, handed_on = json.loads(done.stdout)
    assert handed_on == TRACE
    assert facets["headwater_traceContext"]["traceId"] == "0af7651916cd43dd8448eb211c80319c"
    assert facets["headwater_traceContext"]["spanId"] == "b7ad6b7169203331"


def test_environment_is_that_of_the_process_and_of_the_run(events: CapturedEvents) -> None:
    assert child_environment({"A": "1"}) == {"A": "1"}
    with openlineage_job("x"):
        found = child_environment()
    assert found["PATH"] == os.environ["PATH"]
    assert found["OPENLINEAGE_PARENT_ID"].startswith("a/b/x/")


def named(run: RunOf) -> dict[str, dict[str, str]]:
    return {
        "run": {"runId": run.run_id},
        "job": {"namespace": run.job_namespace, "name": run.job_name},
    }


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({"parent": named(PARENT)}, (PARENT, PARENT)),
        ({"parent": {**named(PARENT), "root": named(ROOT)}}, (PARENT, ROOT)),
        ({"parent": named(PARENT), "root": named(ROOT)}, (PARENT, ROOT)),
        ({"parent": {}}, (None, None)),
        ({}, (None, None)),
        ([], (None, None)),
        ("x", (None, None)),
    ],
)
def test_context_is_read_in_every_form_that_producers_write(
    context: object, found: tuple[RunOf | None, RunOf | None]
) -> None:
    assert parent_from_environment({"OPENLINEAGE_CONTEXT": json.dumps(context)}) == found


def test_broken_context_is_ignored_for_the_older_variable() -> None:
    found = parent_from_environment(
        {
            "OPENLINEAGE_CONTEXT": "{",
            "OPENLINEAGE_PARENT_ID": "s3://x/y/j/r",
            "OPENLINEAGE_ROOT_PARENT_ID": "N/J/R",
        }
    )
    assert found == (RunOf(run_id="r", job_namespace="s3://x/y", job_name="j"), ROOT)
    assert parent_from_environment({"OPENLINEAGE_PARENT_ID": "nothing"}) == (None, None)


@pytest.mark.parametrize("text", ["", "00-0-0-0", TRACE[:-1], "00-" + "0" * 32 + TRACE[35:]])
def test_trace_that_is_none_is_ignored(text: str) -> None:
    assert traceparent_from_environment({"TRACEPARENT": text}) is None
    assert traceparent_from_environment({"TRACEPARENT": TRACE.upper()}) == TRACE
