"""Parents and children as Marquez names them, each case by its claim, in a namespace of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid3, uuid4

import httpx
import pytest

Ask = Callable[..., httpx.Response]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One COMPLETE: the job's name, its run, and what its parent facet says."""

    job: str
    run: str
    parent: tuple[str, str] | None = None
    alias: bool = False
    at: int = 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is sent, and by full name: the simple name and the parent's name."""

    claim: str
    sent: tuple[Sent, ...]
    shown: dict[str, tuple[str, str | None]]
    moved: dict[str, str] = field(default_factory=dict)


DAG, TASK, APP = (str(uuid4()) for _ in range(3))

CASES = (
    Case(
        claim="task with the prefix of its dag keeps its name",
        sent=(
            Sent(job="dag", run=DAG),
            Sent(job="dag.task", run=TASK, parent=("dag", DAG)),
        ),
        shown={"dag": ("dag", None), "dag.task": ("task", "dag")},
    ),
    Case(
        claim="task without the prefix gets it",
        sent=(Sent(job="dag", run=DAG), Sent(job="task", run=TASK, parent=("dag", DAG))),
        shown={"dag.task": ("task", "dag")},
        moved={"task": "dag.task"},
    ),
    Case(
        claim="task that names itself as parent belongs to what is before its last dot",
        sent=(Sent(job="dag.task", run=TASK, parent=("dag.task", DAG)),),
        shown={"dag.task": ("task", "dag")},
    ),
    Case(
        claim="parent run id that is no UUID is taken as Airflow makes it",
        sent=(Sent(job="dag.task", run=TASK, parent=("dag.task", "scheduled__2026-03-01")),),
        shown={"dag.task": ("task", "dag")},
    ),
    Case(
        claim="child that comes before its parent has the same name",
        sent=(
            Sent(job="task", run=TASK, parent=("dag", DAG)),
            Sent(job="dag", run=DAG, at=1),
        ),
        shown={"dag": ("dag", None), "dag.task": ("task", "dag")},
    ),
    Case(
        claim="parent that is only named is a job too",
        sent=(Sent(job="task", run=TASK, parent=("dag", DAG)),),
        shown={"dag": ("dag", None), "dag.task": ("task", "dag")},
    ),
    Case(
        claim="run id that parent and child share stays with both",
        sent=(Sent(job="dag", run=DAG), Sent(job="dag.task", run=DAG, parent=("dag", DAG))),
        shown={"dag": ("dag", None), "dag.task": ("task", "dag")},
    ),
    Case(
        claim="name of a dag may hold dots",
        sent=(
            Sent(job="eu.report", run=DAG),
            Sent(job="eu.report.load", run=TASK, parent=("eu.report", DAG)),
        ),
        shown={"eu.report": ("eu.report", None), "eu.report.load": ("load", "eu.report")},
    ),
    Case(
        claim="task of a group keeps the group in its simple name",
        sent=(Sent(job="dag.group.task", run=TASK, parent=("dag", DAG)),),
        shown={"dag.group.task": ("group.task", "dag")},
    ),
    Case(
        claim="application under a task under a dag carries the whole line",
        sent=(
            Sent(job="dag", run=DAG),
            Sent(job="dag.task", run=TASK, parent=("dag", DAG)),
            Sent(job="spark.insert", run=APP, parent=("dag.task", TASK)),
        ),
        shown={"dag.task.spark.insert": ("spark.insert", "dag.task")},
        moved={"spark.insert": "dag.task.spark.insert"},
    ),
    Case(
        claim="application that repeats the task's name has it once",
        sent=(
            Sent(job="task", run=TASK, parent=("dag", DAG)),
            Sent(job="task.insert", run=APP, parent=("task", TASK)),
        ),
        shown={"dag.task.insert": ("insert", "dag.task")},
    ),
    Case(
        claim="several runs of a child are runs of one job",
        sent=(
            Sent(job="task", run=TASK, parent=("dag", DAG)),
            Sent(job="task", run=APP, parent=("dag", str(uuid4())), at=1),
        ),
        shown={"dag.task": ("task", "dag")},
    ),
    Case(
        claim="job under two parents is shown under that of its latest run",
        sent=(
            Sent(job="load", run=TASK, parent=("morning", DAG)),
            Sent(job="load", run=APP, parent=("evening", str(uuid4())), at=1),
        ),
        shown={"evening.load": ("load", "evening")},
        moved={"load": "evening.load"},
    ),
    Case(
        claim="facet called parentRun is a parent too",
        sent=(Sent(job="task", run=TASK, parent=("dag", DAG), alias=True),),
        shown={"dag.task": ("task", "dag")},
    ),
)


def send(ask: Ask, namespace: str, sent: Sent) -> None:
    facets: dict[str, Any] = {}
    if sent.parent is not None:
        job = {"namespace": namespace, "name": sent.parent[0]}
        name = "parentRun" if sent.alias else "parent"
        facets[name] = {"run": {"runId": sent.parent[1]}, "job": job}
    event = {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-01T{8 + sent.at:02d}:00:00Z",
        "producer": "urn:test",
        "run": {"runId": sent.run, "facets": facets},
        "job": {"namespace": namespace, "name": sent.job},
    }
    assert ask("POST", "/api/v1/lineage", json=event).status_code == 201


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim.replace(" ", "_"))
def test_child_is_named(whole: Ask, case: Case) -> None:
    namespace = hashlib.sha1(case.claim.encode()).hexdigest()
    for sent in case.sent:
        send(whole, namespace, sent)
    jobs = f"/api/v1/namespaces/{namespace}/jobs"
    listed = {job["name"]: job for job in whole("GET", jobs).json()["jobs"]}
    assert case.shown.keys() <= listed.keys()
    for name, (simple, parent) in case.shown.items():
        job = whole("GET", f"{jobs}/{name}").json()
        assert job == listed[name]
        assert (job["simpleName"], job["parentJobName"]) == (simple, parent)
        assert job["id"] == {"namespace": namespace, "name": name}
        assert (job["parentJobUuid"] is None) == (parent is None)
        runs = whole("GET", f"{jobs}/{name}/runs").json()
        own = {sent.run for sent in case.sent if name.endswith(sent.job)}
        assert {run["id"] for run in runs["runs"]} <= own
    for short, full in case.moved.items():
        answer = whole("GET", f"{jobs}/{short}")
        assert (answer.status_code, answer.headers["location"]) == (301, f"{jobs}/{full}")


def test_run_of_airflow_is_found_by_the_id_that_marquez_makes_of_it(whole: Ask) -> None:
    sent = Sent(job="dag.task", run=TASK, parent=("dag.task", "manual__1"))
    send(whole, "airflow", sent)
    found = whole("GET", f"/api/v2/runs/{TASK}", params={"namespace": "airflow"}).json()
    assert found["parent"]["id"] == str(uuid3(NAMESPACE_URL, "airflow.dag.manual__1"))


def test_run_id_that_is_no_uuid_is_found_by_its_name_uuid(whole: Ask) -> None:
    send(whole, "named", Sent(job="j", run="tuesday"))
    id_ = UUID(bytes=hashlib.md5(b"tuesday").digest(), version=3)
    assert whole("GET", f"/api/v1/jobs/runs/{id_}").json()["id"] == str(id_)
