"""Every event is what the published OpenLineage 2-0-2 schema asks for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import headwater.sdk
from headwater.sdk import (
    PRODUCER,
    Assertion,
    Dataset,
    DatasetEvent,
    DatasetInfo,
    Event,
    Facet,
    InputDataset,
    InputField,
    InvalidEvent,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunOf,
    SchemaField,
    Transformation,
    configure,
    facets,
    flush,
    format_time,
    new_run_id,
    openlineage_job,
    to_json,
)

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
NOW = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
RUN_ID = "0196a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b"

RUN_FACETS = (
    facets.parent(
        RunOf(run_id=RUN_ID, job_namespace="n", job_name="p"),
        root=RunOf(run_id=RUN_ID, job_namespace="n", job_name="r"),
    ),
    facets.error_message("boom", stack_trace="at line 1"),
    facets.processing_engine("1.5.6", name="DuckDB", adapter_version="0.1.0"),
    facets.nominal_time(NOW, NOW + timedelta(hours=1)),
    facets.tags([("team", "water")], source="HEADWATER"),
)
JOB_FACETS = (
    facets.sql("SELECT 1", dialect="duckdb"),
    facets.source_code("python", "print()"),
    facets.source_code_location(kind="git", url="https://x/y", path="a.py", version="abc"),
    facets.documentation("what it does", content_type="text/plain"),
    facets.job_type(integration="HEADWATER", kind="JOB"),
    facets.ownership([("team:water", "MAINTAINER"), ("somebody", None)]),
    facets.tags([]),
)
DATASET_FACETS = (
    facets.schema([
        SchemaField(name="a", type="long", description="d"),
        SchemaField(name="s", type="struct", fields=(SchemaField(name="b", type="string"),)),
    ]),
    facets.data_source(name="lake", uri="file:///lake"),
    facets.symlinks([("file", "/lake/raw", "LOCATION")]),
    facets.version("42"),
    facets.column_lineage(
        {"a": [InputField(namespace="n", dataset="d", column="c", transformations=(
            Transformation(type="DIRECT", subtype="IDENTITY"),
            Transformation(type="DIRECT", subtype="TRANSFORMATION", masking=True, description="h"),
        ))]},
        dataset=[InputField(namespace="n", dataset="d", column="f", transformations=(
            Transformation(type="INDIRECT", subtype="FILTER"),))],
    ),
    facets.data_quality_metrics({"a": {"nullCount": 0, "sum": Decimal("1.5")}}, row_count=3),
    facets.data_quality_assertions([
        Assertion(assertion="not_null", success=True, column="a", severity="error"),
        Assertion(assertion="row_count_between", success=False, expected="1", actual="0"),
    ]),
    facets.documentation("what it holds"),
    facets.ownership([("team:water", "OWNER")]),
    facets.tags([("pii", "true")]),
    facets.lifecycle_state_change("RENAME", previous=("n", "old")),
)  # fmt: skip
INPUT_FACETS = (
    facets.input_statistics(row_count=1, size=2, file_count=3),
    facets.data_quality_metrics({}),
    facets.data_quality_assertions([]),
)
OUTPUT_FACETS = (facets.output_statistics(row_count=1, size=2, file_count=3),)

REQUIRED = {
    "parent": {"run", "job"},
    "errorMessage": {"message", "programmingLanguage"},
    "processing_engine": {"version"},
    "nominalTime": {"nominalStartTime"},
    "sql": {"query"},
    "sourceCode": {"language", "sourceCode"},
    "sourceCodeLocation": {"type", "url"},
    "documentation": {"description"},
    "jobType": {"processingType", "integration"},
    "version": {"datasetVersion"},
    "columnLineage": {"fields"},
    "dataQualityMetrics": {"columnMetrics"},
    "dataQualityAssertions": {"assertions"},
    "lifecycleStateChange": {"lifecycleStateChange"},
}
"""The required members of the published facet schemas."""

FACET_URL = re.compile(r"https://openlineage\.io/spec/facets/\d+-\d+-\d+/(\w+)\.json#/\$defs/(\w+)")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")


def check(body: dict[str, Any]) -> None:
    """Hold an event to the core schema: members, forms, and facets that say what they are."""
    assert TIME.fullmatch(body["eventTime"])
    assert re.match(r"[a-z]+:", body["producer"])
    kind = body["schemaURL"].rpartition("/")[2]
    assert body["schemaURL"] == f"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{kind}"
    assert {"run", "job", "dataset"} & body.keys() == {
        "RunEvent": {"run", "job"},
        "JobEvent": {"job"},
        "DatasetEvent": {"dataset"},
    }[kind]
    if kind == "RunEvent":
        assert body["eventType"] in {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
        assert str(uuid.UUID(body["run"]["runId"])) == body["run"]["runId"]
        check_facets(body["run"].get("facets", {}), "Run")
    if "job" in body:
        check_named(body["job"], "Job")
    for dataset in [body["dataset"]] if "dataset" in body else [*body["inputs"], *body["outputs"]]:
        check_named(dataset, "Dataset")
        check_facets(dataset.get("inputFacets", {}), "Dataset")
        check_facets(dataset.get("outputFacets", {}), "Dataset")


def check_named(thing: dict[str, Any], place: str) -> None:
    assert isinstance(thing["namespace"], str)
    assert isinstance(thing["name"], str)
    check_facets(thing.get("facets", {}), place)


def check_facets(given: dict[str, Any], place: str) -> None:
    for key, facet in given.items():
        assert facet["_producer"] == PRODUCER
        if key == "own_thing" or key.startswith("headwater_"):
            continue
        file, definition = FACET_URL.fullmatch(facet["_schemaURL"]).groups()  # type: ignore[union-attr]
        assert file == definition
        assert file.endswith(f"{place}Facet")
        assert facet.keys() >= REQUIRED.get(key, set()), key
        assert None not in facet.values()


def full_events() -> list[Event]:
    job = Job(namespace="n", name="j", facets=JOB_FACETS)
    read = InputDataset(namespace="n", name="in", facets=DATASET_FACETS, input_facets=INPUT_FACETS)
    written = OutputDataset(
        namespace="n", name="out", facets=DATASET_FACETS, output_facets=OUTPUT_FACETS
    )
    own = Facet("own_thing", {"x": 1}, "https://example.org/own.json#/$defs/Own")
    run = Run(id=RUN_ID, facets=(*RUN_FACETS, own))
    return [
        RunEvent(time=NOW, type="COMPLETE", run=run, job=job, inputs=(read,), outputs=(written,)),
        RunEvent(
            time=NOW, type="START", run=Run(id=new_run_id()), job=Job(namespace="n", name="j")
        ),
        JobEvent(time=NOW, job=job, inputs=(read,), outputs=(written,)),
        DatasetEvent(time=NOW, dataset=Dataset(namespace="n", name="d", facets=DATASET_FACETS)),
    ]


@pytest.mark.parametrize("event", full_events(), ids=lambda event: type(event).__name__)
def test_events_keep_to_the_published_schema(event: Event) -> None:
    body = to_json(event)
    body.decode("ascii")
    check(json.loads(body))
    assert to_json(event) == body


def test_every_facet_arrives_with_what_it_says() -> None:
    body = json.loads(to_json(full_events()[0]))
    assert body["run"]["facets"].keys() == {
        "parent", "errorMessage", "processing_engine", "nominalTime", "tags", "own_thing",
    }  # fmt: skip
    lineage = body["outputs"][0]["facets"]["columnLineage"]
    assert lineage["fields"]["a"]["inputFields"][0]["transformations"][1] == {
        "type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True, "description": "h",
    }  # fmt: skip
    assert lineage["dataset"][0]["field"] == "f"
    schema = body["outputs"][0]["facets"]["schema"]["fields"]
    assert schema[1]["fields"] == [{"name": "b", "type": "string"}]
    metrics = body["outputs"][0]["facets"]["dataQualityMetrics"]
    assert metrics["columnMetrics"]["a"] == {"nullCount": 0, "sum": 1.5}


def test_one_key_has_the_schema_of_its_place() -> None:
    body = json.loads(to_json(full_events()[0]))
    read = body["inputs"][0]
    assert "DataQualityMetricsDatasetFacet" in read["facets"]["dataQualityMetrics"]["_schemaURL"]
    inner = read["inputFacets"]["dataQualityMetrics"]["_schemaURL"]
    assert "DataQualityMetricsInputDatasetFacet" in inner


def test_a_facet_in_the_wrong_place_is_refused() -> None:
    event = DatasetEvent(
        time=NOW, dataset=Dataset(namespace="n", name="d", facets=(facets.sql("SELECT 1"),))
    )
    with pytest.raises(InvalidEvent, match="'sql' on dataset"):
        to_json(event)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), object(), b"x", {1}])
def test_a_value_that_json_lacks_is_refused(value: Any) -> None:
    facet = facets.data_quality_metrics({"a": {"max": value}})
    with pytest.raises(InvalidEvent, match="cannot be written as JSON"):
        to_json(DatasetEvent(time=NOW, dataset=Dataset(namespace="n", name="d", facets=(facet,))))


@pytest.mark.parametrize("run_id", ["", "x", RUN_ID.upper(), f"{{{RUN_ID}}}"])
def test_a_run_id_that_is_no_canonical_uuid_is_refused(run_id: str) -> None:
    job = Job(namespace="n", name="j")
    with pytest.raises(InvalidEvent, match="no UUID"):
        to_json(RunEvent(time=NOW, type="START", run=Run(id=run_id), job=job))


@pytest.mark.parametrize(("namespace", "name"), [("", "x"), ("x", "")])
def test_a_nameless_dataset_is_refused(namespace: str, name: str) -> None:
    with pytest.raises(InvalidEvent, match="no namespace or no name"):
        to_json(DatasetEvent(time=NOW, dataset=Dataset(namespace=namespace, name=name)))


def test_times_are_utc_with_six_digits() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert format_time(datetime(2026, 1, 1, 3, tzinfo=east)) == "2025-12-31T21:30:00.000000Z"
    assert format_time(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"
    with pytest.raises(InvalidEvent, match="no time zone"):
        format_time(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the claim


@settings(max_examples=ROUNDS)
@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_run_ids_are_uuids_of_version_7_in_time_order(moment: datetime) -> None:
    made = uuid.UUID(new_run_id(moment))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert (
        timedelta(0)
        <= moment - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(milliseconds=made.int >> 80)
        < timedelta(milliseconds=1)
    )


def test_run_ids_differ() -> None:
    assert len({new_run_id(NOW) for _ in range(1000)}) == 1000
    with pytest.raises(InvalidEvent, match="does not fit"):
        new_run_id(datetime(1969, 1, 1, tzinfo=UTC))


@settings(max_examples=ROUNDS)
@given(
    st.dictionaries(
        st.text(max_size=5),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), st.lists),
        max_size=4,
    )
)
def test_facets_of_ones_own_survive_whatever_their_members(members: dict[str, Any]) -> None:
    own = Facet("own_thing", members, "https://example.org/own.json")
    dataset = Dataset(namespace="n\ud800", name="d", facets=(own,))
    body = json.loads(to_json(DatasetEvent(time=NOW, dataset=dataset)))
    found = body["dataset"]["facets"]["own_thing"]
    reserved = {"_producer", "_schemaURL"}
    assert {key: value for key, value in found.items() if key not in reserved} == {
        key: value for key, value in members.items() if key not in reserved
    }
    assert body["dataset"]["namespace"] == "n\ud800"


def test_the_public_names_are_these() -> None:
    assert headwater.sdk.__all__ == [
        "PRODUCER", "Assertion", "BatchTransport", "CapturedEvents", "Configuration", "Dataset",
        "DatasetEvent", "DatasetInfo", "Event", "EventRefused", "EventType", "ExtraMissing",
        "Facet", "HeadwaterError", "HttpTransport", "InputColumn", "InputDataset", "InputField",
        "InvalidConfiguration", "InvalidEvent", "InvalidStatement", "Job", "JobEvent", "JobRun",
        "LineageJob", "OutputDataset", "Parameter", "ParameterError", "Pipeline", "Run",
        "RunEvent", "RunOf", "SchemaField", "SqlLineage", "StageContext", "Transformation",
        "Transport", "TransportError", "capture_events", "child_environment", "configure",
        "current_run", "emit", "facets", "flush", "format_time", "in_current_run",
        "lineage_facet", "lineage_of", "naming", "new_run_id", "openlineage_job", "redact",
        "to_json", "transport_from_environment",
    ]  # fmt: skip
    assert all(hasattr(headwater.sdk, name) for name in headwater.sdk.__all__)


def test_every_public_name_is_in_its_place() -> None:
    names = set(vars(headwater.sdk)["_PLACE_OF"]) | {"facets", "naming"}
    assert names == set(headwater.sdk.__all__) == set(dir(headwater.sdk))
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = headwater.sdk.nothing_of_that_name  # type: ignore[attr-defined]


def test_importing_the_sdk_loads_only_the_standard_library_and_no_http() -> None:
    code = (
        "import sys; before = set(sys.modules); from headwater.sdk import openlineage_job\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))\n"
        "print('http.client' in sys.modules, 'asyncio' in sys.modules, 'ssl' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    loaded, heavy = done.stdout.splitlines()
    assert set(loaded.split()) - set(sys.stdlib_module_names) == {"headwater"}
    assert heavy == "False False False"


def test_events_of_jobs_keep_to_the_published_schema_and_are_canonical(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    transport = {"type": "file", "log_file_path": str(file), "append": True}
    configure({"transport": transport, "tags": {"job": {"a": "b"}, "run": {"c": "d"}}})
    read = DatasetInfo(name="in", schema=["a"], owners="eve", tags=["x"], description="d")

    @openlineage_job("job", inputs=[read], outputs=["out"], capture_arguments=True)
    def job(rows: object, limit: int) -> object:
        """Does it."""
        with openlineage_job("child", nominal_time=NOW) as run:
            run.message("hello")
            run.add_sql("SELECT a FROM t", schema={"t": {"a": "INT"}}, output="out")
        return rows

    job([{"a": 1}], limit=5)
    with pytest.raises(ZeroDivisionError):
        openlineage_job("fails", inputs=lambda: 1 / 0)(lambda: 1 / 0)()
    assert flush(20)
    lines = file.read_bytes().splitlines()
    assert len(lines) == 7
    for line in lines:
        body = json.loads(line)
        check(body)
        canonical = json.dumps(body, allow_nan=False, separators=(",", ":"), sort_keys=True)
        assert line == canonical.encode("ascii")
