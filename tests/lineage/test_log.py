from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest

from headwater.errors import Malformed, Unavailable, Unprocessable
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.deflate import FACET
from headwater.model.principal import LOCAL
from headwater.wire.openlineage.run_ids import parent_run_uuid
from tests.lineage_stores import ask

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _normal(body):
    return json.dumps(json.loads(body), sort_keys=True)


def _hidden(store):
    lines = [json.loads(line) for line in store.log.dump().splitlines()]
    return {tuple(line[1]) for line in lines if line[0] == "dataset" and line[5] == 1}


def _command(store, verb, entity, namespace, name=""):
    body = Command(verb=verb, entity=entity, namespace=namespace, name=name).to_bytes()
    arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
    (applied,) = store.log.apply([arrival])
    assert isinstance(applied, Applied)
    return applied


def test_every_captured_event_reads_back_equal(store, requests):
    store.take_well(*(request.body for request in requests))
    got = {_normal(event) for event in store.events()}
    assert got == {_normal(request.body) for request in requests}


def test_a_repeated_event_changes_nothing(store, event):
    (first,) = store.take_well(event(outputs=["t"]))
    before = store.log.dump()
    reordered = dict(reversed(event(outputs=["t"]).items()))
    (second,) = store.take_well(reordered)
    assert (second.hash, second.sequence, second.is_new) == (first.hash, first.sequence, False)
    assert store.log.dump() == before


def test_the_same_event_twice_in_a_batch_is_one(store, event):
    first, second = store.take_well(event(), event())
    assert (first.is_new, second.is_new) == (True, False)
    assert first.sequence == second.sequence


def test_a_refused_arrival_does_not_hold_up_the_others(store, event):
    outcomes = store.take(b"{", event(), {"run": {}, "job": {}}, b"[]", b"\xff")
    assert [type(o) for o in outcomes] == [
        Malformed,
        Applied,
        Unprocessable,
        Unprocessable,
        Malformed,
    ]
    rows = store.ask("SELECT path, body FROM dead_letter ORDER BY id")
    assert [body for _, body in rows] == [b"{", b'{"run": {}, "job": {}}', b"[]", b"\xff"]
    assert rows[1][0] == "/run/runId"


def test_dead_letters_are_bounded_and_the_dropped_are_counted(lineage_backend):
    log = lineage_backend.open(most_dead_letters=3)
    bodies = [b"x%d" % i for i in range(5)] + [b"x4"]
    log.apply([Arrival(body=b, principal=LOCAL, received_at=NOW) for b in bodies])
    kept = ask(log, "SELECT body FROM dead_letter ORDER BY id")
    assert kept == [(b"x2",), (b"x3",), (b"x4",)]
    dropped = "SELECT value FROM tally WHERE name = 'dead_letters_dropped'"
    assert ask(log, dropped) == [(2,)]


def test_a_rebuild_gives_the_same_projections(store, requests):
    store.take_well(*(request.body for request in requests))
    _command(store, "delete", "dataset", requests[0].file)
    before = store.log.dump()
    assert store.log.rebuild() == store.ask("SELECT count(*) FROM event")[0][0]
    assert store.log.dump() == before


def test_run_inputs_are_the_union_over_its_events(store, event):
    store.take_well(
        event("START", at="2026-11-21T01:00:00Z", inputs=["a"]),
        event("RUNNING", at="2026-11-21T01:00:01Z"),
        event("COMPLETE", at="2026-11-21T01:00:02Z", outputs=["b"]),
    )
    rows = store.ask(
        "SELECT d.display, io.direction FROM run_io io JOIN dataset d ON d.id = dataset_id"
    )
    assert sorted(rows) == [("a", 0), ("b", 1)]


def test_an_event_that_stands_alone_replaces_inputs_and_outputs(store, event):
    alone = {"jobType": {"emissionPattern": {"eventContentMode": "COMPLETE_SNAPSHOT"}}}
    job = {"namespace": "ns", "name": "j", "facets": alone}
    store.take_well(
        event("RUNNING", at="2026-11-21T01:00:02Z", inputs=["new"]) | {"job": job},
        event("RUNNING", at="2026-11-21T01:00:00Z", inputs=["old"]) | {"job": job},
    )
    live = store.ask(
        "SELECT d.display FROM run_io io JOIN dataset d ON d.id = io.dataset_id JOIN run r "
        "ON r.id = io.run_id WHERE r.snapshot_key IS NULL OR io.key >= r.snapshot_key"
    )
    assert live == [("new",)]


def test_what_readers_report_of_a_dataset_stays_apart_from_what_writers_report(store, event):
    def with_schema(direction, name):
        facet = {"schema": {"fields": [{"name": name}]}}
        return {direction: [{"namespace": "ds", "name": "t", "facets": facet}]}

    store.take_well(
        event(at="2026-11-21T01:00:00Z") | with_schema("outputs", "written"),
        event(at="2026-11-21T01:30:00Z", job="reader") | with_schema("inputs", "read"),
    )
    rows = store.ask(
        "SELECT role, body FROM dataset_facet JOIN facet ON facet.id = facet_id ORDER BY role"
    )
    assert [
        (role, json.loads(FACET.unpack(bytes(body)))["fields"][0]["name"]) for role, body in rows
    ] == [
        (0, "read"),
        (1, "written"),
    ]


def test_a_deleted_facet_is_marked(store, event):
    def job(facet):
        return {"job": {"namespace": "ns", "name": "j", "facets": {"documentation": facet}}}

    store.take_well(
        event("START", at="2026-11-21T01:00:00Z") | job({"description": "x"}),
        event("COMPLETE", at="2026-11-21T01:00:01Z") | job({"_deleted": True}),
    )
    assert store.ask("SELECT is_deleted FROM job_facet") == [(1,)]


def test_a_delete_hides_until_an_event_or_an_undelete(store, event):
    store.take_well(event(outputs=["t"]))
    _command(store, "delete", "dataset", "ds", "t")
    assert _hidden(store) == {("ds", "t")}
    store.take_well(event(outputs=["t"]))
    assert _hidden(store) == {("ds", "t")}, "a duplicate is no news"
    store.take_well(event(outputs=["t"], at="2026-11-21T01:00:09Z"))
    assert _hidden(store) == set()
    _command(store, "delete", "namespace", "ds")
    assert _hidden(store) == {("ds", "t")}
    _command(store, "undelete", "dataset", "ds", "t")
    assert _hidden(store) == set()


def test_two_equal_commands_are_two(store):
    first = _command(store, "delete", "job", "ns", "j")
    second = _command(store, "delete", "job", "ns", "j")
    assert first.hash != second.hash
    assert second.sequence == first.sequence + 1


def test_no_producer_can_send_a_command(store):
    body = Command(verb="delete", entity="job", namespace="ns", name="j").to_bytes()
    (outcome,) = store.take(body)
    assert isinstance(outcome, Unprocessable)


def test_a_time_far_ahead_of_its_arrival_loses(store, event):
    def titled(text, at):
        facets = {"documentation": {"description": text}}
        return event(at=at) | {"job": {"namespace": "ns", "name": "j", "facets": facets}}

    store.take_well(titled("future", "2027-01-01T00:00:00Z"), titled("now", "2026-11-21T01:00:00Z"))
    ((body,),) = store.ask("SELECT body FROM job_facet JOIN facet ON facet.id = facet_id")
    assert json.loads(FACET.unpack(bytes(body)))["description"] == "now"
    assert store.ask("SELECT last_us FROM job") == [(1795222800000000,)]


def test_an_earlier_arrival_of_the_same_event_settles_whether_its_time_is_plausible(
    open_store, event
):
    early = NOW - timedelta(days=30)
    one, other = open_store(), open_store()
    late_event = event(outputs=["t"])
    one.take_well(late_event, at=NOW)
    one.take_well(late_event, at=early)
    other.take_well(late_event, at=early)
    assert one.log.dump() == other.log.dump()


def test_job_and_dataset_events_are_versions_without_a_run(store):
    dataset = {"namespace": "ds", "name": "t", "facets": {"schema": {"fields": []}}}
    store.take_well(
        {"eventTime": "2026-11-21T01:00:00Z", "dataset": dataset},
        {
            "eventTime": "2026-11-21T01:00:00Z",
            "job": {"namespace": "ns", "name": "j"},
            "outputs": [dataset],
        },
    )
    assert sorted(store.ask("SELECT kind, state FROM run")) == [(1, 2), (2, 2)]
    assert store.ask("SELECT count(*) FROM run_io WHERE direction = 1") == [(2,)]


def test_column_lineage_is_spread_once_and_used_by_each_writer(store, event):
    source = {
        "namespace": "ds",
        "name": "in",
        "field": "a",
        "transformations": [
            {"type": "DIRECT", "subtype": "IDENTITY"},
            {"type": "INDIRECT", "subtype": "FILTER", "masking": True},
        ],
    }
    facet = {"fields": {"b": {"inputFields": [source]}}, "dataset": [source]}
    output = {"namespace": "ds", "name": "out", "facets": {"columnLineage": facet}}
    store.take_well(event(outputs=[]) | {"outputs": [output]})
    store.take_well(event(job="again") | {"outputs": [output]})
    edges = store.ask(
        "SELECT out_field, in_field, kind, subtype, masking FROM facet_edge ORDER BY 1, 3"
    )
    assert edges == [
        (b"", b"a", 1, "IDENTITY", 0),
        (b"", b"a", 2, "FILTER", 1),
        (b"b", b"a", 1, "IDENTITY", 0),
        (b"b", b"a", 2, "FILTER", 1),
    ]
    assert store.ask("SELECT count(*) FROM lineage_use") == [(2,)]
    assert store.ask("SELECT standing FROM dataset WHERE display = 'in'") == [(0,)]


def test_an_explicit_lineage_facet_names_what_it_connects(store, event):
    entry = {
        "namespace": "ds",
        "name": "out",
        "type": "DATASET",
        "inputs": [{"namespace": "ds", "name": "in", "type": "DATASET"}, {"type": "JOB"}],
        "fields": {"x": {"inputs": [{"namespace": "ds", "name": "in", "field": "y"}]}},
    }
    nothing = {"namespace": "ds", "name": "alone", "type": "DATASET", "inputs": []}
    facets = {"lineage": {"entries": [entry, nothing]}}
    store.take_well(event() | {"job": {"namespace": "ns", "name": "j", "facets": facets}})
    edges = store.ask(
        "SELECT o.display, out_field, i.display, in_field, in_job_id FROM facet_edge "
        "LEFT JOIN dataset o ON o.id = out_dataset_id LEFT JOIN dataset i ON i.id = in_dataset_id "
        "WHERE source = 1"
    )
    assert set(edges) == {
        ("out", b"", "in", b"", 0),
        ("out", b"", None, b"", -1),
        ("out", b"x", "in", b"y", 0),
        ("alone", b"", None, b"", 0),
    }
    assert set(store.ask("SELECT display, standing FROM dataset")) == {
        ("out", 1),
        ("in", 1),
        ("alone", 1),
    }


def test_parents_are_kept_and_stand_as_stubs(store, event):
    parent = {"run": {"runId": "manual__2024"}, "job": {"namespace": "ns", "name": "dag.task"}}
    store.take_well(event(run_facets={"parent": parent}))
    (row,) = store.ask(
        "SELECT parent_uuid, display, standing FROM run_parent "
        "JOIN job ON job.id = run_parent.parent_job_id"
    )
    assert row == (parent_run_uuid("ns", "dag.task", "manual__2024"), "dag.task", 1)


def test_sixteen_threads_write_the_same_jobs(store, event):
    events = [
        json.dumps(event("START", at=f"2026-11-21T01:00:{i:02}Z", outputs=["t"])).encode()
        for i in range(32)
    ]
    threads = [
        threading.Thread(target=lambda n=n: store.take_well(*events[n % 4 :])) for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.ask("SELECT count(*), max(seq) FROM event") == [(32, 32)]


def test_a_closed_store_says_so(store):
    store.log.close()
    with pytest.raises(Unavailable, match="closed"):
        store.take(b"{}")
