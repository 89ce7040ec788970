from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.wire.openlineage.conformance.catalogue import facet_names, schema_findings
from headwater.wire.openlineage.conformance.findings import Severity
from headwater.wire.openlineage.conformance.inspector import inspect
from headwater.wire.openlineage.reader import EventReader

SPEC = "https://openlineage.io/spec"
RUN_ID = "01a1fb67-1800-7de6-80de-0d1c32a0395a"
PRODUCERS = Path(__file__).parents[3] / "payloads" / "producers"


def _facet(file, version="1-0-0", **fields):
    url = f"{SPEC}/facets/{version}/{file}.json#/$defs/{file}"
    return {"_producer": "https://p.example/x", "_schemaURL": url, **fields}


def _event(**more):
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-21T01:00:00Z",
        "producer": "https://p.example/x",
        "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN_ID, "facets": {}},
        "job": {"namespace": "ns", "name": "j", "facets": {}},
        "inputs": [],
        "outputs": [],
    }
    return event | more


def _found(event, least=Severity.INFO):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return [(f.path, f.rule, f.severity.word) for f in inspect(body).at_least(least)]


def _with_run_facets(**facets):
    return _event(run={"runId": RUN_ID, "facets": facets})


def _output(**facets):
    return _event(outputs=[{"namespace": "ds", "name": "t", "facets": facets}])


def test_a_flawless_event_has_no_findings():
    schema = _facet("SchemaDatasetFacet", "1-2-0", fields=[{"name": "a", "type": "int"}])
    assert _found(_output(schema=schema)) == []


@pytest.mark.parametrize(
    ("event", "finding"),
    [
        (_event(eventType="complete"), ("/eventType", "not-in-list", "error")),
        (_event(eventTime="2026-11-21T01:00:00"), ("/eventTime", "wrong-format", "error")),
        (_event(run={"runId": "x"}), ("/run/runId", "wrong-format", "error")),
        (_event(producer="me too"), ("/producer", "wrong-format", "warning")),
        (_event(inputs=None), ("/inputs", "wrong-type", "error")),
        (_event(inputs={}), ("/inputs", "wrong-type", "error")),
        (_event(eventType=None), ("/eventType", "no-event-type", "info")),
        (
            _event(outputs=[{"namespace": "a", "name": ""}]),
            ("/outputs/0/name", "empty-name", "warning"),
        ),
        (_with_run_facets(own_one=None), ("/run/facets/own_one", "wrong-type", "error")),
        (_with_run_facets(own_one={}), ("/run/facets/own_one/_producer", "missing-field", "error")),
        (
            _with_run_facets(own_one=_facet("X")),
            ("/run/facets/own_one", "own-facet", "info"),
        ),
        (_with_run_facets(Own=_facet("X")), ("/run/facets/Own", "facet-name", "info")),
        (
            _with_run_facets(parent=_facet("ParentRunFacet", "1-2-0", run={"runId": RUN_ID})),
            ("/run/facets/parent/job", "missing-field", "error"),
        ),
        (
            _with_run_facets(parent=_facet("ParentRunFacet", "1-2-0", run={"runId": RUN_ID})),
            ("/run/facets/parent/run/runId", "own-parent", "warning"),
        ),
        (
            _with_run_facets(errorMessage=_facet("ErrorMessageRunFacet", _deleted=True)),
            ("/run/facets/errorMessage/_deleted", "cannot-be-deleted", "warning"),
        ),
        (
            _with_run_facets(schema=_facet("SchemaDatasetFacet", fields=[])),
            ("/run/facets/schema", "wrong-place", "warning"),
        ),
        (
            _output(storage=_facet("SchemaDatasetFacet", storageLayer="x")),
            ("/outputs/0/facets/storage/_schemaURL", "other-schema", "warning"),
        ),
        (
            _output(storage=_facet("StorageDatasetFacet", "2-0-0")),
            ("/outputs/0/facets/storage/_schemaURL", "other-model", "info"),
        ),
        (
            _output(storage=_facet("StorageDatasetFacet", "1-9-0", storageLayer="x")),
            ("/outputs/0/facets/storage/_schemaURL", "newer-version", "info"),
        ),
        (
            _output(storage=_facet("StorageDatasetFacet") | {"_schemaURL": "https://x.example"}),
            ("/outputs/0/facets/storage/_schemaURL", "no-version", "info"),
        ),
        (
            _event(schemaURL="https://x/OpenLineage.json#/definitions/RunEvent"),
            ("/schemaURL", "old-schema-url", "info"),
        ),
    ],
)
def test_what_is_off_is_found_at_its_path(event, finding):
    assert finding in _found(event)


def test_a_facet_that_is_taken_away_needs_none_of_its_fields():
    assert _found(_output(schema=_facet("SchemaDatasetFacet", _deleted=True))) == []


def test_a_schema_of_another_model_is_not_held_against_the_facet():
    found = _found(_output(storage=_facet("StorageDatasetFacet", "2-0-0")))
    assert [rule for _, rule, _ in found] == ["other-model"]


def test_a_union_is_explained_by_the_form_that_type_names():
    lineage = _facet("LineageFacet", entries=[{"type": "DATASET", "name": "x"}])
    event = _event(job={"namespace": "n", "name": "j", "facets": {"lineage": lineage}})
    assert ("/job/facets/lineage/entries/0/namespace", "missing-field", "error") in _found(event)


@pytest.mark.parametrize(
    ("job", "findings"),
    [
        ({"type": "JOB"}, []),
        ({"type": "JOB", "namespace": "n", "name": "j"}, []),
        ({"type": "JOB", "name": "j"}, ["namespace"]),
        ({"type": "JOB", "namespace": "n"}, ["name"]),
    ],
)
def test_a_job_in_a_lineage_facet_has_both_of_its_names_or_none(job, findings):
    target = {"type": "DATASET", "namespace": "ds", "name": "t", "inputs": [job]}
    for at, entry in (("", job), ("/inputs/0", target)):
        lineage = _facet("LineageFacet", entries=[entry])
        event = _event(job={"namespace": "n", "name": "j", "facets": {"lineage": lineage}})
        path = f"/job/facets/lineage/entries/0{at}"
        assert _found(event) == [(f"{path}/{n}", "missing-field", "error") for n in findings]


def test_a_subset_is_held_against_the_form_that_its_type_names():
    condition = {"type": "binary", "operator": "AND", "locations": ["a"]}
    both = {"left": {"type": "location", "locations": ["a"]}, "right": {"type": "partition"}}
    subset = _facet("InputSubsetInputDatasetFacet", inputCondition=condition | both)
    event = _event(inputs=[{"namespace": "ds", "name": "t", "inputFacets": {"subset": subset}}])
    at = "/inputs/0/inputFacets/subset/inputCondition/right/partitions"
    assert (at, "missing-field", "error") in _found(event, Severity.ERROR)


def test_a_window_of_no_time_is_found():
    pattern = {"eventTrigger": "PERIODIC", "eventContentMode": "COMPLETE_SNAPSHOT"}
    kind = {"processingType": "STREAMING", "integration": "FLINK"}
    emitted = {"emissionPattern": pattern | {"windowDuration": 0}}
    facet = _facet("JobTypeJobFacet", "2-0-4", **kind, **emitted)
    event = _event(job={"namespace": "n", "name": "j", "facets": {"jobType": facet}})
    at = "/job/facets/jobType/emissionPattern/windowDuration"
    assert _found(event) == [(at, "out-of-range", "error")]


def test_checks_of_quality_may_stand_on_any_dataset_and_on_what_a_run_read():
    checks = _facet(
        "DataQualityAssertionsDatasetFacet",
        "1-1-0",
        assertions=[{"assertion": "not_null", "success": True}],
    )
    named = {"namespace": "ds", "name": "t"}
    facets = {"dataQualityAssertions": checks}
    assert _found(_output(**facets)) == []
    assert _found(_event(inputs=[{**named, "facets": facets}])) == []
    assert _found(_event(inputs=[{**named, "inputFacets": facets}])) == []
    misplaced = _event(outputs=[{**named, "outputFacets": facets}])
    assert [rule for _, rule, _ in _found(misplaced)] == ["wrong-place"]


def test_names_that_producers_choose_do_not_make_patterns():
    metrics = {"rowCount": 1, "columnMetrics": {"a/b": {"min": "x"}, "c": {"min": "x"}}}
    facet = _facet("DataQualityMetricsDatasetFacet", **metrics)
    findings = inspect(json.dumps(_output(dataQualityMetrics=facet)).encode()).findings
    assert {f.pattern for f in findings} == {
        "/outputs/*/facets/dataQualityMetrics/columnMetrics/*/min"
    }
    assert findings[0].path == "/outputs/0/facets/dataQualityMetrics/columnMetrics/a~1b/min"


def test_numbers_that_json_lacks_are_found():
    body = json.dumps(_with_run_facets(own_one=_facet("X", n=float("nan")))).encode()
    assert ("/run/facets/own_one/n", "not-json", "error") in _found(body)


def test_a_number_beyond_floats_is_a_number():
    facet = _facet("OutputStatisticsOutputDatasetFacet", "1-0-2", rowCount=1)
    output = {"namespace": "n", "name": "t", "outputFacets": {"outputStatistics": facet}}
    body = (
        json.dumps(_event(outputs=[output]))
        .encode()
        .replace(b'"rowCount": 1', b'"rowCount": 1e400')
    )
    assert _found(body) == []


@given(
    event=st.dictionaries(
        st.sampled_from(["run", "job", "dataset", "inputs"]),
        st.deferred(
            lambda: (
                VALUES | st.dictionaries(st.sampled_from(["runId", "namespace", "name"]), VALUES)
            )
        ),
    )
)
def test_what_the_reader_refuses_has_a_finding_that_says_so(event):
    body = json.dumps(event).encode()
    refused = [rule for _, rule, _ in _found(body) if rule == "refused"]
    try:
        EventReader().read(body)
    except Invalid:
        assert refused == ["refused"]
    else:
        assert refused == []


def test_half_a_character_is_found():
    assert ("/job/name", "not-text", "warning") in _found(
        _event(job={"namespace": "n", "name": "\ud800"})
    )


def test_a_job_and_a_dataset_without_a_run_are_ambiguous():
    event = _event(dataset={"namespace": "a", "name": "b"})
    del event["run"]
    assert ("/dataset", "ambiguous-kind", "error") in _found(event)


@pytest.mark.parametrize(
    ("body", "path"),
    [(b"{", ""), (b"[]", ""), (b'{"run": {"runId": "x"}}', "/job/namespace"), (b"\xff", "")],
)
def test_what_would_be_refused_says_why(body, path):
    assert _found(body)[0] == (path, "refused", "error")


def test_findings_hold_no_value_of_the_event():
    event = _event(
        eventType="hunter2",
        eventTime="hunter2",
        producer="hunter2 x",
        run={"runId": "hunter2", "facets": {"parent": "hunter2", "own_one": {"x": "hunter2"}}},
    )
    findings = inspect(json.dumps(event).encode()).findings
    assert len(findings) >= 6
    assert not any("hunter2" in str(finding.to_json()) for finding in findings)


def test_every_standard_facet_has_a_schema_that_an_empty_object_breaks():
    names = list(facet_names())
    assert len({url for _, _, url in names}) == 40
    for _, name, url in names:
        assert url.startswith(f"{SPEC}/facets/"), name


@pytest.mark.parametrize("definition", ["RunEvent", "JobEvent", "DatasetEvent"])
def test_an_empty_event_lacks_what_the_specification_requires(definition):
    missing = {f.path for f in schema_findings(definition, {}, at=(), pattern=())}
    assert {"/eventTime", "/producer", "/schemaURL"} < missing


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
FACETS = st.dictionaries(st.sampled_from(sorted({n for _, n, _ in facet_names()})), VALUES)


@given(facets=FACETS, whole=VALUES)
def test_whatever_is_sent_is_inspected(facets, whole):
    inspect(json.dumps(whole).encode())
    event = _event(
        run={"runId": RUN_ID, "facets": facets},
        job={"namespace": "n", "name": "j", "facets": facets},
        outputs=[{"namespace": "n", "name": "t", "facets": facets, "outputFacets": facets}, whole],
    )
    found = inspect(json.dumps(event).encode()).findings
    assert all(finding.path.startswith("/") for finding in found)


def test_what_real_producers_send_breaks_few_rules():
    bodies = [
        json.loads(line)["body"].encode("utf-8", "surrogatepass")
        for line in (PRODUCERS / "spark35.ndjson").read_bytes().splitlines()
    ]
    rules = {f.rule for body in bodies for f in inspect(body).at_least(Severity.WARNING)}
    assert rules == {"wrong-format"}, "Spark sends names where dataSource.uri wants a URI"
