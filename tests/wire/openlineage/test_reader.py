from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid, Unprocessable
from headwater.wire.openlineage.bodies import split_events
from headwater.wire.openlineage.event import EventType, Kind
from headwater.wire.openlineage.facets import (
    OWN_JOB,
    FacetEdge,
    column_edges_of,
    has_error,
    lineage_edges_of,
    parent_of,
    symlinks_of,
)
from headwater.wire.openlineage.reader import EventReader

RUN = {"runId": "r"}
JOB = {"namespace": "ns", "name": "j"}
DATASET = {"namespace": "ds", "name": "t"}
MEMBERS = [
    *("run", "job", "dataset", "inputs", "outputs", "facets", "namespace", "name"),
    *("runId", "eventTime", "eventType", "schemaURL", "outputFacets"),
]
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"


def _read(event):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return EventReader().read(body)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"run": RUN, "job": JOB}, Kind.RUN),
        ({"run": RUN, "job": JOB, "dataset": DATASET}, Kind.RUN),
        ({"job": JOB}, Kind.JOB),
        ({"job": JOB, "dataset": DATASET}, Kind.JOB),
        ({"dataset": DATASET}, Kind.DATASET),
        ({"run": RUN, "job": JOB, "schemaURL": SPEC + "JobEvent"}, Kind.JOB),
        ({"job": JOB, "dataset": DATASET, "schemaURL": SPEC + "DatasetEvent"}, Kind.DATASET),
        ({"job": JOB, "schemaURL": SPEC + "RunEvent"}, Kind.JOB),
        ({"run": RUN, "job": JOB, "schemaURL": 7}, Kind.RUN),
        ({"run": RUN, "job": JOB, "schemaURL": "x#/definitions/RunEvent"}, Kind.RUN),
    ],
)
def test_the_kind_is_what_the_schema_url_says_if_the_event_has_it_else_its_shape(event, kind):
    assert _read(event).kind is kind


@pytest.mark.parametrize(
    ("word", "type_"),
    [
        ("START", EventType.START),
        ("complete", EventType.COMPLETE),
        (" Fail ", EventType.FAIL),
        ("FINISHED", EventType.OTHER),
        ("NONE", EventType.OTHER),
        ("", EventType.OTHER),
        (3, EventType.OTHER),
        (None, EventType.NONE),
    ],
)
def test_event_types_are_read_leniently(word, type_):
    assert _read({"run": RUN, "job": JOB, "eventType": word}).type is type_


def test_a_bad_part_never_costs_the_event():
    event = _read(
        {
            "eventTime": 5,
            "run": {"runId": "r", "facets": [1]},
            "job": {"namespace": "ns", "name": "j", "facets": {"a": None, "b": "text", "c.d-e": 1}},
            "inputs": [None, {"name": "x"}, DATASET | {"facets": None, "inputFacets": {"k": []}}],
            "outputs": None,
            "unknown": {"deep": [1.50]},
        }
    )
    assert set(event.job_facets) == {"a", "b", "c.d-e"}
    assert [(d.namespace, d.name, set(d.own_facets)) for d in event.inputs] == [("ds", "t", {"k"})]
    assert event.time is None
    assert event.warnings == (
        "/run/facets: not an object",
        "/inputs/0: inputs.0.namespace is missing; the dataset is not read",
        "/inputs/1: inputs.1.namespace is missing; the dataset is not read",
        "/inputs/2/facets: not an object",
        "/eventTime: cannot be read as a time; the event loses to every one with a time",
    )


def test_strict_and_tolerant_reading_agree():
    facets = {"schema": {"fields": [{"name": "a"}]}, "x": {"n": 1.0}}
    event = {
        "eventType": "START",
        "eventTime": "2024-05-05T10:00:00Z",
        "producer": "p",
        "schemaURL": SPEC + "RunEvent",
        "run": RUN | {"facets": facets},
        "job": JOB | {"facets": facets},
        "inputs": [DATASET | {"facets": facets, "inputFacets": facets}],
        "outputs": [],
    }
    strict = _read(event)
    tolerant = _read(b"\xef\xbb\xbf" + json.dumps(event).encode())
    assert type(strict.envelope) is not type(tolerant.envelope)
    assert strict.hash == tolerant.hash
    assert (strict.time, strict.type, strict.job) == (tolerant.time, tolerant.type, tolerant.job)
    assert [f.hash for f in strict.all_facets()] == [f.hash for f in tolerant.all_facets()]


def test_lone_surrogates_nul_and_nan_survive():
    facets = rb'{"f":{"n":NaN,"s":"\udfff"}}'
    job = rb'{"namespace":"a\u0000","name":"\ud800"}'
    body = b'{"run":{"runId":"r","facets":' + facets + b'},"job":' + job + b"}"
    event = _read(body)
    assert event.job == ("a\0", "\ud800")
    assert event.run_facets["f"].body == rb'{"n":NaN,"s":"\udfff"}'


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ({}, "/run/runId"),
        ({"run": RUN}, "/job/namespace"),
        ({"run": RUN, "job": {"namespace": "x"}}, "/job/name"),
        ({"run": {"runId": None}, "job": JOB}, "/run/runId"),
        ({"job": {"namespace": [], "name": "x"}}, "/job/namespace"),
        ({"dataset": {"namespace": "x"}}, "/dataset/name"),
        ([], ""),
    ],
)
def test_an_event_without_identity_is_refused_with_the_path(event, path):
    with pytest.raises(Unprocessable) as caught:
        _read(event)
    assert caught.value.path == path


@given(
    event=st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(MEMBERS),
                inner,
                max_size=6,
            )
        ),
        max_leaves=30,
    )
)
def test_no_json_breaks_the_reader(event):
    try:
        found = _read(event)
    except Invalid:
        return
    assert found.hash == _read(found.envelope_with(lambda f: json.loads(f.body))).hash


def test_facets_of_equal_content_have_one_hash():
    reader = EventReader()
    assert reader.facet(b'{"b": 1, "a": 2}').hash == reader.facet(b'{"a":2,"b":1}').hash
    assert reader.facet(b'{"a":1}').hash != reader.facet(b'{"a":1.0}').hash


def test_parent_and_root_are_read_and_the_old_name_wins():
    parent = {"run": {"runId": "p"}, "job": JOB}
    event = {"run": {"runId": "r", "facets": {"parent": parent | {"root": parent}}}, "job": JOB}
    found = parent_of(_read(event).run_facets)
    assert (found.run_id, found.job, found.root_run_id) == ("p", ("ns", "j"), "p")
    event["run"]["facets"]["parentRun"] = {"run": {"runId": "old"}, "job": JOB}
    assert parent_of(_read(event).run_facets).run_id == "old"
    assert parent_of(_read({"run": RUN, "job": JOB}).run_facets) is None


@pytest.mark.parametrize(
    ("facets", "has"),
    [
        ({}, False),
        ({"errorMessage": {"message": "x"}}, True),
        ({"spark.exception": {"stackTrace": "at x"}}, True),
        ({"spark.exception": {"stackTrace": None}}, False),
        ({"other": {"deep": {"stackTrace": "x"}}}, False),
    ],
)
def test_an_error_is_a_message_or_a_stack_trace(facets, has):
    event = _read({"run": RUN | {"facets": facets}, "job": JOB})
    assert has_error(event.run_facets) is has


def test_symlinks_and_column_lineage_are_read_as_far_as_they_make_sense():
    reader = EventReader()
    links = {"identifiers": [DATASET | {"type": "TABLE"}, {"name": "x"}, 3]}
    facet = reader.facet(json.dumps(links).encode())
    assert list(symlinks_of(facet)) == [(("ds", "t"), "TABLE")]
    columns = {
        "fields": {
            "a": {"inputFields": [DATASET | {"field": "x"}], "transformationType": "IDENTITY"},
            "b": {"inputFields": [{"name": "no"}, None]},
            "c": 3,
        },
        "dataset": "none",
    }
    facet = reader.facet(json.dumps(columns).encode())
    assert list(column_edges_of(facet)) == [
        FacetEdge(output_field="a", input=("ds", "t"), input_field="x", kind=1, subtype="IDENTITY")
    ]


def test_job_entries_of_an_explicit_lineage_facet_are_read():
    entries = [{"type": "JOB", "inputs": [DATASET | {"type": "DATASET"}, {"type": "JOB"} | JOB]}]
    facet = EventReader().facet(json.dumps({"entries": entries}).encode())
    assert list(lineage_edges_of(facet)) == [
        FacetEdge(output_job=OWN_JOB, input=("ds", "t")),
        FacetEdge(output_job=OWN_JOB, input_job=("ns", "j")),
    ]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"{}", 1),
        (b" {} \n", 1),
        (b'{\n"a": 1\n}', 1),
        (b"[{}, {}]", 2),
        (b"[]", 0),
        (b'[{"a": NaN}, {"b": "\\ud800"}]', 2),
        (b"[{}, ", 1),
        (b"{}\n{}\r\n\n{bad}\n", 3),
        (b'{"a": NaN}\n{}', 2),
        (b"", 1),
    ],
)
def test_bodies_are_split_into_events(body, count):
    assert len(split_events(body)) == count


def test_parts_that_came_before_are_read_as_if_they_were_new():
    schema = {"fields": [{"name": "a", "type": "long"}]}
    part = {"facets": {"schema": schema, "x": [1]}, "outputFacets": {"s": {"rowCount": 1}}}
    event = {
        "eventTime": "2024-05-05T10:00:00Z",
        "run": RUN,
        "job": JOB | {"facets": {"sql": {"query": "select 1"}}},
        "inputs": [DATASET | part, DATASET],
        "outputs": [DATASET | part, DATASET | part | {"name": "other"}],
    }
    reader = EventReader()
    for run in ("a", "b", "a"):
        body = json.dumps(event | {"run": {"runId": run}}).encode()
        found, fresh = reader.read(body), EventReader().read(body)
        assert (found.hash, found.run_id, found.job) == (fresh.hash, run, fresh.job)
        assert [f.hash for f in found.all_facets()] == [f.hash for f in fresh.all_facets()]
        assert [(d.name, sorted(d.facets), sorted(d.own_facets)) for d in found.outputs] == [
            ("t", ["schema", "x"], ["s"]),
            ("other", ["schema", "x"], ["s"]),
        ]
        assert json.loads(found.envelope_with(lambda f: json.loads(f.body))) == json.loads(body)
    assert found.inputs[0] is reader.read(body).outputs[0]
