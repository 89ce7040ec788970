"""marquez-python, unmodified, with all its methods against a running server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from marquez_client import MarquezClient
from marquez_client.errors import APIError
from marquez_client.models import DatasetId, DatasetType, JobType

from tests.journey.test_first_minutes import serving

ORDERS = "shop.public/orders ü"
FIELDS = [{"name": "id", "type": "INT"}, {"name": "email", "type": "VARCHAR", "tags": ["pii"]}]


@contextmanager
def _client(data: Path) -> Iterator[MarquezClient]:
    with serving(data) as (url, _), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client says that its own methods are deprecated
        yield MarquezClient(url=url)


def _declare(client: MarquezClient) -> None:
    client.create_namespace("s3://bucket", "me", "all of it")
    client.create_source("src", "POSTGRESQL", "postgresql://h:5432/db", "the shop")
    for name in (ORDERS, "plan"):
        client.create_dataset(
            "s3://bucket",
            name,
            DatasetType.DB_TABLE,
            "public.orders",
            "src",
            description="orders",
            fields=FIELDS,
            tags=["gold"],
        )
    client.create_job(
        "s3://bucket",
        "dag.task",
        JobType.BATCH,
        location="https://example.org/task.py",
        inputs=[DatasetId("s3://bucket", ORDERS)],
        outputs=[DatasetId("s3://bucket", "plan")],
        description="plans",
    )


def test_what_is_declared_reads_back(tmp_path: Path) -> None:
    with _client(tmp_path / "data") as client:
        _declare(client)
        space = client.get_namespace("s3://bucket")
        assert (space["ownerName"], space["description"]) == ("me", "all of it")
        assert [one["name"] for one in client.list_namespaces()["namespaces"]] == ["s3://bucket"]
        assert client.get_source("src")["connectionUrl"] == "postgresql://h:5432/db"
        assert [one["name"] for one in client.list_sources(limit=5)["sources"]] == ["src"]
        dataset = client.get_dataset("s3://bucket", ORDERS)
        assert (dataset["physicalName"], dataset["tags"]) == ("public.orders", ["gold"])
        assert [field["tags"] for field in dataset["fields"]] == [[], ["PII"]]
        assert client.list_datasets("s3://bucket")["totalCount"] == 2
        (version,) = client.list_dataset_versions("s3://bucket", ORDERS)["versions"]
        assert version["version"] == dataset["currentVersion"]
        again = client.get_dataset_version("s3://bucket", ORDERS, version["version"])
        assert again == version
        job = client.get_job("s3://bucket", "dag.task")
        assert (job["location"], job["description"]) == ("https://example.org/task.py", "plans")
        assert job["inputs"] == [{"namespace": "s3://bucket", "name": ORDERS}]
        assert job["outputs"] == [{"namespace": "s3://bucket", "name": "plan"}]
        assert client.list_jobs("s3://bucket", limit=1)["totalCount"] == 1


def test_tags_are_given_and_listed(tmp_path: Path) -> None:
    with _client(tmp_path / "data") as client:
        _declare(client)
        assert client.tag_dataset("s3://bucket", ORDERS, "checked")["tags"] == ["checked", "gold"]
        fields = client.tag_dataset_field("s3://bucket", ORDERS, "id", "key")["fields"]
        assert fields[0]["tags"] == ["KEY"]
        assert client.create_tag("gold", "the best")["description"] == "the best"
        tags = {tag["name"]: tag["description"] for tag in client.list_tags()["tags"]}
        assert tags == {"KEY": None, "PII": None, "checked": None, "gold": "the best"}
        with pytest.raises(APIError):
            client.tag_dataset("s3://bucket", "nothing", "x")


def test_runs_go_through_all_their_states(tmp_path: Path) -> None:
    with _client(tmp_path / "data") as client:
        _declare(client)
        ids = [str(uuid4()) for _ in range(3)]
        moves = (
            client.mark_job_run_as_completed,
            client.mark_job_run_as_failed,
            client.mark_job_run_as_aborted,
        )
        for run_id, move in zip(ids, moves, strict=True):
            made = client.create_job_run(
                "s3://bucket", "dag.task", run_id, run_args={"shift": "early"}
            )
            assert (made["state"], made["args"]) == ("NEW", {"shift": "early"})
            assert client.mark_job_run_as_started(run_id)["state"] == "RUNNING"
            assert move(run_id)["durationMs"] >= 0
        states = [client.get_job_run(run_id)["state"] for run_id in ids]
        assert states == ["COMPLETED", "FAILED", "ABORTED"]
        listed = client.list_job_runs("s3://bucket", "dag.task")["runs"]
        assert [run["id"] for run in listed] == ids[::-1]
        assert client.get_job("s3://bucket", "dag.task")["latestRun"]["id"] == ids[2]
        events = client.list_events(limit=100)["events"]
        assert {event["run"]["runId"] for event in events} == set(ids)
        assert client.list_events(namespace="s3://bucket")["events"] == events


def test_columns_are_asked_for_in_every_way(tmp_path: Path) -> None:
    with _client(tmp_path / "data") as client:
        _declare(client)
        for found in (
            client.get_column_lineage_by_dataset("s3://bucket", ORDERS, 3, with_downstream=True),
            client.get_column_lineage_by_dataset_field("s3://bucket", ORDERS, "id"),
            client.get_column_lineage_by_job("s3://bucket", "dag.task"),
        ):
            assert found["graph"] == []
