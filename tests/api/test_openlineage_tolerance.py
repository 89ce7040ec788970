"""The rules for servers and the list of what must be tolerated, each as a client meets it.

Numbers are those of the study of OpenLineage: 25 rules, and the checklist of its section 3.4.
"""

from __future__ import annotations

import gzip
import itertools
import json
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from headwater.api.openlineage import BATCH_PATHS, SINGLE_PATHS
from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.wire.openlineage.run_ids import run_uuid

NUMBERS = itertools.count()
SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"


class Client:
    """Asks one platform, which every test of this file shares; names keep them apart."""

    def __init__(self, exchange):
        self._exchange = exchange

    def post(self, body, path="/api/v1/lineage", **headers):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._exchange("POST", path, sent, sent_headers)

    def send(self, *events):
        for event in events:
            reply = self.post(event)
            assert reply.status == 201, reply.body
        return json.loads(reply.body)["warnings"]

    def get(self, path):
        reply = self._exchange("GET", path, b"", {})
        assert reply.status == 200, (path, reply.body)
        return json.loads(reply.body)

    def run(self, event):
        return self.get(f"/api/v2/runs/{UUID(bytes=run_uuid(event['run']['runId']))}")

    def io(self, event):
        run = self.run(event)
        return tuple([d["name"] for d in run[side]] for side in ("inputs", "outputs"))

    def dataset(self, namespace, name):
        place = f"{quote(namespace, safe='')}/datasets/{quote(name, safe='')}"
        return self.get(f"/api/v1/namespaces/{place}")

    def job(self, namespace, name):
        place = f"{quote(namespace, safe='')}/jobs/{quote(name, safe='')}"
        return self.get(f"/api/v1/namespaces/{place}")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    data = tmp_path_factory.mktemp("tolerance") / "data"
    with Platform.open(load_settings(data=data)) as platform:
        yield Client(inside_exchange(platform.application))


@pytest.fixture
def job():
    return f"job{next(NUMBERS)}"


@pytest.fixture
def event(job):
    run_id = str(uuid4())

    def make(type_="COMPLETE", *, second=0, inputs=(), outputs=(), facets=None, **more):
        event = {
            "eventTime": f"2026-06-01T10:00:{second:02}Z",
            "producer": "https://p.example",
            "schemaURL": f"{SPEC}/RunEvent",
            "run": {"runId": run_id, "facets": facets or {}},
            "job": {"namespace": "ns", "name": job},
            "inputs": [{"namespace": "ds", "name": name} for name in inputs],
            "outputs": [{"namespace": "ds", "name": name} for name in outputs],
        }
        return event | ({} if type_ is None else {"eventType": type_}) | more

    return make


# --- the life of a run --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "state"),
    [
        pytest.param(["COMPLETE"], "COMPLETED", id="complete-without-start"),
        pytest.param(["START"], "RUNNING", id="start-without-end"),
        pytest.param(["RUNNING", "START"], "RUNNING", id="running-before-start"),
        pytest.param(["RUNNING"], "RUNNING", id="running-alone"),
        pytest.param(["OTHER", "START", "COMPLETE"], "COMPLETED", id="other-first"),
        pytest.param(["OTHER"], "RUNNING", id="other-alone"),
        pytest.param([None], "NEW", id="no-event-type"),
        pytest.param(["START", None, "COMPLETE"], "COMPLETED", id="no-event-type-between"),
        pytest.param(["START", "FAIL", "COMPLETE"], "FAILED", id="fail-then-complete"),
        pytest.param(["START", "COMPLETE", "FAIL"], "FAILED", id="complete-then-fail"),
        pytest.param(["START", "ABORT", "COMPLETE"], "ABORTED", id="abort-then-complete"),
        pytest.param(["START", "COMPLETE", "RUNNING"], "COMPLETED", id="running-after-complete"),
        pytest.param(["start", "Complete"], "COMPLETED", id="lower-case"),
        pytest.param(["START", "COMPLETE", "START", "FAIL"], "FAILED", id="second-attempt"),
    ],
)
def test_a_run_has_the_state_that_its_events_mean(client, event, types, state):
    sent = [event(type_, second=second) for second, type_ in enumerate(types)]
    client.send(*sent)
    assert client.run(sent[0])["own_state"] == state


def test_events_in_any_order_make_the_same_run(client, event):
    sent = [event(t, second=n) for n, t in enumerate(["START", "RUNNING", "FAIL", "COMPLETE"])]
    states = set()
    for order in itertools.permutations(sent):
        run_id = str(uuid4())
        client.send(*(e | {"run": {"runId": run_id}} for e in order))
        states.add(client.run({"run": {"runId": run_id}})["own_state"])
    assert states == {"FAILED"}


def test_inputs_of_start_and_outputs_of_complete_are_those_of_the_run(client, event):
    sent = [
        event("START", inputs=["a"]),
        event("RUNNING", second=1),
        event("COMPLETE", second=2, outputs=["b"]),
    ]
    client.send(*sent)
    assert client.io(sent[0]) == (["a"], ["b"])


def test_a_run_may_read_what_it_writes(client, event):
    client.send(event(inputs=["same"], outputs=["same"]))
    assert client.io(event()) == (["same"], ["same"])


def test_a_run_may_have_no_inputs_and_outputs(client, event):
    sent = event()
    del sent["inputs"], sent["outputs"]
    client.send(sent)
    assert client.io(sent) == ([], [])


def test_a_repeated_event_is_one_whatever_the_order_of_its_keys(client, event):
    before = client.get("/api/v2/events/count")["entries"]
    sent = event(inputs=["a"])
    client.send(sent, sent, dict(reversed(sent.items())), json.dumps(sent, indent=3).encode())
    assert client.get("/api/v2/events/count")["entries"] == before + 1


def test_run_ids_shared_by_jobs_stay_apart(client, event, job):
    client.send(event("START"), event("FAIL", job={"namespace": "ns", "name": f"{job}.other"}))
    place = f"/api/v2/runs/{event()['run']['runId']}?job="
    assert client.get(place + job)["own_state"] == "RUNNING"
    assert client.get(place + f"{job}.other")["own_state"] == "FAILED"


# --- names and ids ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "run_id",
    [
        *("manual__2024-05-05T10:00:00+00:00", "", "{5f3f0c4e-9a43-4a0f-8f7f-6f2d3c1b0a99}"),
        "urn:uuid:5f3f0c4e-9a43-4a0f-8f7f-6f2d3c1b0a98",
        "5F3F0C4E-9A43-4A0F-8F7F-6F2D3C1B0A97",
        *("5f3f0c4e9a434a0f8f7f6f2d3c1b0a96", "00000000-0000-0000-0000-000000000000"),
        *("c232ab00-9414-11ec-b3c8-9f6bdeced846", "01a1fb67-1800-7de6-80de-0d1c32a0395a"),
        *("\ud800", "a\0b", "x" * 3000),
    ],
)
def test_any_run_id_makes_a_run(client, event, run_id):
    sent = event(outputs=["out"], run={"runId": run_id})
    client.send(sent)
    assert client.io(sent) == ([], ["out"])


@pytest.mark.parametrize(
    "name",
    ["", "/", "a b", "ünïcødé 表", "x" * 9000, "a%2Fb", "a/b", "a//b/", "..", "a?b#c", '"', "a\nb"],
)
def test_any_name_of_a_dataset_is_kept_as_sent(client, event, name):
    sent = event(inputs=[name], outputs=["t"])
    client.send(sent)
    assert client.io(sent)[0] == [name]
    if name not in ("", "..", "/"):  # what no path of Marquez's API can name
        assert client.dataset("ds", name)["name"] == name


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "\udfff x"])
def test_text_that_databases_refuse_is_kept(client, event, job, name):
    sent = event(inputs=[name], job={"namespace": "ns", "name": job, "facets": {"x": {"y": name}}})
    client.send(sent)
    assert client.io(sent)[0] == [name]


def test_a_job_that_changes_its_namespace_is_two_jobs(client, event, job):
    client.send(event("START"), event(job={"namespace": "other", "name": job}))
    assert {client.job(ns, job)["namespace"] for ns in ("ns", "other")} == {"ns", "other"}


def test_a_job_may_be_called_unknown(client, event):
    client.send(event(job={"namespace": "ns", "name": "unknown"}))
    assert client.job("ns", "unknown")["name"] == "unknown"


@pytest.mark.parametrize("number", [10_001])
def test_ten_thousand_inputs_are_read(client, event, number):
    sent = event(inputs=[f"many/{n}" for n in range(number)])
    client.send(sent)
    assert len(client.io(sent)[0]) == number


def test_a_body_of_twenty_megabytes_is_taken(client, event):
    plan = {"_producer": "https://p", "_schemaURL": "https://s", "plan": "x" * 21_000_000}
    client.send(event(facets={"spark.logicalPlan": plan}))
    facets = client.run(event())["facets"]
    assert len(facets["spark.logicalPlan"]["plan"]) == 21_000_000


# --- facets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facets",
    [
        None,
        [],
        "x",
        5,
        {"schema": None},
        {"schema": "<<non-serializable: bool>>"},
        {"schema": {"fields": None}},
        {"schema": {"fields": [None, 3, {"name": None}, {}]}},
        {"columnLineage": {"fields": {"a": {"inputFields": [None, {}]}}}},
        {"columnLineage": {"fields": []}},
        {"symlinks": {"identifiers": {}}},
        {"lifecycleStateChange": {"lifecycleStateChange": 1}},
        {"ownership": {"owners": "me"}},
        {"tags": {"tags": [{"key": None}]}},
        {"lineage": {"inputs": [None, {"type": "JOB"}, {"type": "DATASET"}]}},
        {"version": {"datasetVersion": None}},
        {"dataQualityMetrics": {"columnMetrics": {"x": {"max": float("nan")}}}},
    ],
)
@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_a_facet_may_be_anything(client, event, facets, side):
    sent = event()
    sent[side] = [{"namespace": "ds", "name": f"odd{next(NUMBERS)}", "facets": facets}]
    client.send(sent)
    name = sent[side][0]["name"]
    assert name in client.io(sent)[side == "outputs"]
    assert client.dataset("ds", name)["name"] == name
    client.get(f"/api/v2/lineage?node={quote(f'dataset:ds:{name}')}")


@pytest.mark.parametrize(
    "facets",
    [
        {"parent": None},
        {"parent": {"run": {}, "job": {}}},
        {"parent": {"run": {"runId": 5}, "job": {"namespace": 1, "name": 2}}},
        {"errorMessage": "boom"},
        {"errorMessage": {"message": None, "stackTrace": 5}},
        {"nominalTime": {"nominalStartTime": "yesterday"}},
        {"tags": {"tags": {}}},
        {"jobDependencies": {"upstream": [None]}},
    ],
)
def test_a_run_facet_may_be_anything(client, event, facets):
    client.send(event("FAIL", facets=facets))
    assert client.run(event())["facets"] == facets


def test_unknown_facets_come_back_with_dots_dashes_and_every_digit(client, event):
    facets = (
        b'{"spark.logicalPlan":{"snapshotId":4115428054613373118,"x":1.0,"y":1e400},'
        b'"environment-properties":{"n":0.1000}}'
    )
    sent = event()
    body = json.dumps(sent).encode().replace(b'"facets": {}', b'"facets":' + facets)
    assert client.post(body).status == 201
    place = f"/api/v1/jobs/runs/{sent['run']['runId']}/facets?type=run"
    reply = client._exchange("GET", place, b"", {})
    for digits in (b"4115428054613373118", b'"x":1.0', b"1e400", b"0.1000"):
        assert digits in reply.body


def test_a_job_facet_can_be_taken_away(client, event, job):
    def described(facet):
        return {"job": {"namespace": "ns", "name": job, "facets": {"documentation": facet}}}

    client.send(event("START", **described({"description": "old"})))
    assert client.job("ns", job)["description"] == "old"
    client.send(event(second=1, **described({"_deleted": True})))
    assert client.job("ns", job)["description"] is None
    assert "documentation" not in client.job("ns", job)["facets"]


def test_a_dataset_facet_can_be_taken_away(client, event):
    def sent(second, **facets):
        dataset = {"namespace": "ds", "name": "undone", "facets": facets}
        return event(second=second, outputs=[]) | {"outputs": [dataset]}

    client.send(sent(0, schema={"fields": [{"name": "a"}]}), sent(1, schema={"_deleted": True}))
    assert client.dataset("ds", "undone")["fields"] == []


# --- parents ------------------------------------------------------------------------------------


def _parent(run_id, job):
    return {"parent": {"run": {"runId": run_id}, "job": {"namespace": "ns", "name": job}}}


def test_a_parent_that_was_never_seen_is_there(client, event, job):
    client.send(event(facets=_parent(str(uuid4()), f"{job}-parent")))
    assert client.run(event())["parent"]["job"]["name"] == f"{job}-parent"
    assert client.job("ns", f"{job}-parent")["name"] == f"{job}-parent"


def test_a_run_may_be_its_own_parent(client, event, job):
    client.send(event(facets=_parent(event()["run"]["runId"], job)))
    assert client.run(event())["state"] == "COMPLETED"
    client.get(f"/api/v2/lineage?node={quote(f'job:ns:{job}')}")


def test_parents_may_go_round_in_a_circle(client, event, job):
    ids = [str(uuid4()) for _ in range(3)]
    for number, run_id in enumerate(ids):
        following = (number + 1) % 3
        run = {"runId": run_id, "facets": _parent(ids[following], f"{job}{following}")}
        client.send(event("FAIL", run=run, job={"namespace": "ns", "name": f"{job}{number}"}))
    assert {client.get(f"/api/v2/runs/{i}")["state"] for i in ids} == {"FAILED"}


def test_a_run_whose_child_failed_has_failed_in_effect(client, event, job):
    """Spark's application run is always COMPLETE, whatever becomes of its jobs (rule 16)."""
    client.send(event())
    run = {"runId": str(uuid4()), "facets": _parent(event()["run"]["runId"], job)}
    client.send(event("FAIL", run=run, job={"namespace": "ns", "name": f"{job}.child"}))
    found = client.run(event())
    assert (found["own_state"], found["state"]) == ("COMPLETED", "FAILED")


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-06-01T10:00:00.472698302Z", "2026-06-01T10:00:00.472698302Z"),
        ("2026-06-01T10:00:00.5+05:30", "2026-06-01T04:30:00.500Z"),
        ("2026-06-01T10:00:00", "2026-06-01T10:00:00Z"),
        ("20260601T100000Z", "2026-06-01T10:00:00Z"),
        ("2026-W23-1T10:00Z", "2026-06-01T10:00:00Z"),
        ("2026-152T10:00:00,5Z", "2026-06-01T10:00:00.500Z"),
        ("2026-05-31T24:00:00Z", "2026-06-01T00:00:00Z"),
        ("2026-06-01t10:00:00z", "2026-06-01T10:00:00Z"),
        ("2026-06-01T10:00:00+0530", "2026-06-01T04:30:00Z"),
        ("2026-06-01T10:00:00-05", "2026-06-01T15:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1990-01-01T00:00:00Z", "1990-01-01T00:00:00Z"),
    ],
)
def test_every_form_of_time_is_read(client, event, text, shown):
    assert client.send(event(eventTime=text)) == []
    run = client.get(f"/api/v1/jobs/runs/{event()['run']['runId']}")
    assert run["createdAt"] == shown


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "2099-01-01T00:00:00Z"])
def test_a_time_far_ahead_loses_to_every_plausible_one(client, event, text):
    client.send(event("START", eventTime=text), event("COMPLETE"))
    assert client.run(event())["own_state"] == "COMPLETED"


@pytest.mark.parametrize("text", ["", "yesterday", None, 5])
def test_a_time_that_cannot_be_read_is_told_and_kept(client, event, text):
    (warning,) = client.send(event(eventTime=text))
    assert warning.startswith("/eventTime: ")
    assert client.run(event())["own_state"] == "COMPLETED"


# --- kinds of events ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://openlineage.io/spec/1-0-5/OpenLineage.json#/definitions/RunEvent",
        "https://raw.githubusercontent.com/OpenLineage/OpenLineage/main/spec/OpenLineage.json",
        "ol:core:RunEvent",
        "",
        None,
        f"{SPEC}/BaseEvent",
    ],
)
def test_any_schema_url_of_a_run_event_is_taken(client, event, url):
    client.send(event(schemaURL=url))
    assert client.run(event())["own_state"] == "COMPLETED"


def test_a_job_event_makes_a_job_with_its_datasets(client, job):
    client.send(
        {
            "eventTime": "2026-06-01T10:00:00Z",
            "schemaURL": f"{SPEC}/JobEvent",
            "eventType": "OTHER",
            "job": {"namespace": "ns", "name": job},
            "inputs": [{"namespace": "ds", "name": f"{job}-in"}],
            "outputs": [{"namespace": "ds", "name": f"{job}-out"}],
        }
    )
    found = client.job("ns", job)
    assert [[d["name"] for d in found[side]] for side in ("inputs", "outputs")] == [
        [f"{job}-in"],
        [f"{job}-out"],
    ]


def test_a_dataset_event_makes_a_dataset_with_its_schema(client, job):
    facets = {"schema": {"fields": [{"name": "a", "type": "int"}]}}
    dataset = {"namespace": "ds", "name": job, "facets": facets}
    client.send({"eventTime": "2026-06-01T10:00:00Z", "dataset": dataset})
    assert [field["name"] for field in client.dataset("ds", job)["fields"]] == ["a"]


@pytest.mark.parametrize("has_run", [True, False])
def test_an_event_of_several_kinds_is_the_first_of_run_job_dataset(client, event, job, has_run):
    sent = event(outputs=["o"]) | {"dataset": {"namespace": "ds", "name": f"{job}-d"}}
    if not has_run:
        del sent["run"]
    client.send(sent)
    assert [d["name"] for d in client.job("ns", job)["outputs"]] == ["o"]


# --- the door -----------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", [*SINGLE_PATHS, *BATCH_PATHS])
def test_every_path_where_clients_end_up_takes_events(client, event, path, slash):
    reply = client.post(event(second=next(NUMBERS) % 60), path + slash)
    assert reply.status == (200 if "batch" in path else 201)
    assert json.loads(reply.body)["status"] in ("ok", "success")


def test_only_the_right_paths_are_in_the_list_of_routes(client):
    paths = client.get("/openapi.json")["paths"]
    posts = {path for path, methods in paths.items() if "post" in methods and "lineage" in path}
    assert posts & {*SINGLE_PATHS, *BATCH_PATHS} == {SINGLE_PATHS[0], BATCH_PATHS[0]}


@pytest.mark.parametrize(
    "path", ["/lineage", "/v1/lineage", "/lineage/v2", "/api/v1/namespaces/n/lineage"]
)
def test_a_wrong_path_is_told_the_right_one(client, event, path):
    reply = client.post(event(), path)
    assert reply.status == 404
    assert b"/api/v1/lineage" in reply.body


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json; charset=UTF-8"},
        {"content_type": "text/plain"},
        {"Authorization": "Bearer whatever", "X-Custom": "1"},
        {"content_encoding": "identity"},
        {},
    ],
)
def test_headers_of_every_client_are_taken(client, event, headers):
    assert (
        client.post(event(), "/api/v1/lineage?api_key=x&timeout=5&app=y", **headers).status == 201
    )


@pytest.mark.parametrize("headers", [{"content_encoding": "gzip"}, {}, {"content_encoding": ""}])
def test_gzip_is_read_with_and_without_its_header(client, event, headers):
    body = gzip.compress(json.dumps(event(outputs=["zipped"])).encode())
    assert client.post(body, **headers).status == 201
    assert client.io(event())[1] == ["zipped"]


@pytest.mark.parametrize("form", ["array", "lines", "typed-lines", "one-line"])
def test_several_events_in_a_body_are_taken(client, event, form):
    first, second = event("START", inputs=["f1"]), event(second=1, outputs=["f2"])
    bodies = [json.dumps(each).encode() for each in (first, second)]
    headers = {}
    if form == "array":
        body = b"[" + b",".join(bodies) + b"]"
    elif form == "lines":
        body = b"\r\n".join(bodies)
    elif form == "typed-lines":
        body, headers = b"{broken\n" + b"\n".join(bodies), {"content_type": "application/x-ndjson"}
    else:
        assert client.post(bodies[0] + b"\n", content_type="application/x-ndjson").status == 201
        body = bodies[1] + b"\n"
    reply = client.post(body, **headers)
    assert reply.status == 201
    assert client.io(first) == (["f1"], ["f2"])
    failed = [each["index"] for each in json.loads(reply.body).get("failed_events", [])]
    assert failed == ([0] if form == "typed-lines" else [])


def test_no_answer_is_one_that_clients_take_wrongly(client, event):
    bodies = [event(), [event()], [], b"", b"{", {}, [{}], b"[" * 5000, event() | {"run": None}]
    statuses = {
        client.post(body, path).status
        for path in ("/api/v1/lineage", "/api/v1/lineage/batch")
        for body in bodies
    }
    assert statuses <= {200, 201, 400, 422}
    assert all(client.post(body).body for body in bodies), "204 or no body breaks Java"


def test_a_batch_tells_of_each_event(client, event):
    reply = client.post([event(), {"run": {}}, event("odd")], "/api/v1/lineage/batch")
    found = json.loads(reply.body)
    assert (reply.status, found["status"]) == (200, "partial_success")
    assert [(f["index"], f["retriable"]) for f in found["failed_events"]] == [(1, False)]
