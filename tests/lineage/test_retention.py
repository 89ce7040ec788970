"""A retention cut takes away old runs, and nothing that counts now."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.api.lineage_graph import graph_json
from headwater.lineage.commands import Command
from headwater.lineage.contract import Arrival
from headwater.lineage.deflate import EVENT, FACET
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.principal import LOCAL
from headwater.query.lineage.nodes import encoded_node_id, parse_node
from headwater.query.lineage.states import standings
from headwater.query.lineage.walk import LineageGraph
from tests.lineage.conftest import make_event
from tests.lineage.replay import apply_again
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
CUT = "2026-11-10T00:00:00Z"


def arrival(at="2026-11-21T01:00:00Z", **command):
    body = Command(**command).stamped(at=at, actor="anna").to_bytes()
    return Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)


def cut(store, before=CUT, *, is_trial=False):
    told = arrival(verb="cut", entity="log", values={"before": before})
    return store.log.erase(told, is_trial=is_trial).entries


def run(day, number, **more):
    return make_event(
        **{"at": f"2026-11-{day:02d}T01:00:00Z", "run": f"01a1fb67-1800-7de6-80de-{number:012d}"}
        | more
    )


def everything(store):
    kept = [EVENT.unpack(bytes(body)) for (body,) in store.ask("SELECT body FROM event")]
    facets = [FACET.unpack(bytes(body)) for (body,) in store.ask("SELECT body FROM facet")]
    return b"".join([*kept, *facets])


def present(store):
    """Return what is so now: every walk, the facets, the versions and the states."""
    reads = LineageReads(store.log.engine)
    shown = {}
    with reads.view() as view:
        for kind in ("job", "dataset"):
            keys = view.listing.page(kind, namespace=None, limit=1_000, offset=0)
            for key, name in view.names.of(kind, keys).items():
                node = encoded_node_id(kind, name.namespace, name.name)
                graph = LineageGraph(reads).walk(parse_node(node))
                shown[kind, name] = [
                    graph_json(graph, standings(view, graph)),
                    *_said(view, kind, key),
                ]
    return shown


def _said(view, kind, key):
    if kind == "dataset":
        one = view.datasets.by_keys([key])[key]
        return [one.facets, one.last_write_facets, one.version, one.notes]
    one = view.jobs.by_keys([key])[key]
    latest = [run for runs in view.runs.latest_keys([key], 1).values() for run in runs]
    runs = [
        (found.id, found.own_state, found.inputs) for found in view.runs.by_keys(latest).values()
    ]
    return [one.facets, one.inputs, one.outputs, one.version, one.parent, one.notes, runs]


def test_old_runs_go_and_the_latest_of_each_job_stays(store):
    store.take_well(
        *(
            run(day, day, inputs=["a"], outputs=["b"], run_facets={"mark": {"is": f"day {day}"}})
            for day in range(1, 8)
        )
    )
    before = present(store)
    assert cut(store, is_trial=True) == 6
    assert len(store.events()) == 7
    assert cut(store) == 6
    (left,) = store.events()
    assert json.loads(left)["run"]["facets"] == {"mark": {"is": "day 7"}}
    assert b"day 6" not in everything(store)
    assert present(store) == before
    assert cut(store) == 0


def test_what_was_cut_stays_out_when_it_is_sent_again(store):
    events = [run(day, day, outputs=["b"]) for day in (1, 2)]
    store.take_well(*events)
    cut(store)
    dump = store.log.dump()
    store.take_well(*events)
    assert store.log.dump() == dump


def test_runs_that_are_young_or_have_not_ended_stay(store):
    store.take_well(
        run(1, 1, outputs=["b"], type_="START"),
        run(2, 2, outputs=["b"]),
        run(9, 3, outputs=["b"], type_="START"),
        run(12, 3, outputs=["b"]),
        run(13, 4, outputs=["b"]),
    )
    assert cut(store) == 1
    assert cut(store, "2026-11-12T01:00:00Z") == 0


def test_old_run_whose_facet_counts_still_stays(store):
    said = run(1, 1, outputs=["b"])
    said["job"]["facets"] = {"documentation": {"description": "what it does"}}
    store.take_well(said, *(run(day, day, outputs=["b"]) for day in (2, 3, 4)))
    before = present(store)
    assert cut(store) == 2
    assert present(store) == before


def test_family_of_a_run_that_stays_stays(store):
    def below(number):
        parent = {"runId": run(1, number)["run"]["runId"]}
        return {"parent": {"run": parent, "job": {"namespace": "ns", "name": "dag"}}}

    store.take_well(
        *(run(day, day, job="dag") for day in (1, 2)),
        *(run(day, 10 + day, job="one", outputs=["b"], run_facets=below(day)) for day in (1, 2)),
        run(2, 20, job="two", type_="FAIL", run_facets=below(2)),
    )
    before = present(store)
    assert cut(store) == 2
    assert present(store) == before


def test_what_an_old_event_brought_back_stays_visible(store):
    store.take_well(run(1, 1, outputs=["b"]))
    store.log.apply([arrival(verb="delete", entity="dataset", namespace="ds", name="b")])
    store.take_well(run(2, 2, outputs=["b"]), run(3, 3, inputs=["b"]))
    before = present(store)
    assert ("dataset", Name("ds", "b")) in before
    cut(store)
    assert present(store) == before


times = st.builds("2026-11-{:02d}T0{}:00:00Z".format, st.integers(1, 20), st.integers(0, 3))
names = st.sampled_from(["a", "b", "c"])
sides = st.lists(names, max_size=2, unique=True)


@st.composite
def events(draw):
    event = make_event(
        draw(st.sampled_from(["START", "COMPLETE", "COMPLETE", "FAIL"])),
        at=draw(times),
        job=draw(st.sampled_from(["j", "k"])),
        run=f"01a1fb67-1800-7de6-80de-0d1c32a0395{draw(st.sampled_from('abcdef'))}",
        inputs=draw(sides),
        outputs=draw(sides),
    )
    for one in (event["job"], *event["outputs"]):
        if draw(st.booleans()):
            one["facets"] = {"mark": draw(st.sampled_from([{"is": 1}, {"_deleted": True}]))}
    if draw(st.booleans()):
        run_id = f"01a1fb67-1800-7de6-80de-0d1c32a0395{draw(st.sampled_from('abcdef'))}"
        above = {"run": {"runId": run_id}, "job": {"namespace": "ns", "name": "k"}}
        event["run"]["facets"] = {"parent": above}
    return event


def deletes():
    return st.builds(
        lambda verb, name: arrival(verb=verb, entity="dataset", namespace="ds", name=name),
        st.sampled_from(["delete", "undelete"]),
        names,
    )


@given(told=st.lists(st.one_of(events(), events(), deletes()), max_size=24), seed=st.integers())
@gives_back
def test_present_is_the_same_after_a_cut(open_store, told, seed):
    store = open_store()
    for one in told:
        if isinstance(one, Arrival):
            store.log.apply([one])
        else:
            store.take(one)
    before = present(store)
    cut(store)
    assert present(store) == before
    dump = store.log.dump()
    apply_again(store.log, random.Random(seed))
    assert store.log.dump() == dump


@pytest.mark.parametrize("before", ["2026-11-03T00:00:00Z", "2026-11-02T12:00:00+13:00"])
def test_time_is_compared_as_a_moment(store, before):
    store.take_well(*(run(day, day, outputs=["b"]) for day in (1, 2, 9)))
    assert cut(store, before) == (2 if before.endswith("Z") else 1)
