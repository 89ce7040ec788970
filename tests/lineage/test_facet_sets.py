"""What events say again is stored once; what counts is of each name the latest, as ever."""

from __future__ import annotations

import json

from tests.lineage.conftest import make_event


def _event(number, facets, *, at="2026-11-21T01:00:00Z", type_="COMPLETE", uses=None):
    output = {"namespace": "ds", "name": "t", "facets": facets}
    made = make_event(type_, at=at, run=f"run-{number}", run_facets={"engine": {"v": 1}})
    return made | {"outputs": [output | ({"outputFacets": uses} if uses else {})]}


def _said(store, table):
    lines = [json.loads(line) for line in store.log.dump().splitlines()]
    return [line for line in lines if line[0] == table]


def _counts(store):
    ((members, by_name),) = store.ask(
        "SELECT (SELECT count(*) FROM facet_set_member), (SELECT count(*) FROM io_facet)"
    )
    return members, by_name


def test_facets_that_come_again_take_no_more_rows(store):
    facets = {"schema": {"fields": [{"name": "a"}]}, "owner": {"n": 1}}
    store.take_well(_event(0, facets))
    store.take_well(_event(1, facets))
    before = _counts(store)
    store.take_well(*(_event(number, facets) for number in range(2, 12)))
    assert _counts(store) == before
    assert len(_said(store, "io_facet")) == 2 * 12


def test_what_only_one_event_says_is_in_no_set(store):
    facets = {"schema": {"fields": [{"name": "a"}]}}
    store.take_well(_event(0, facets))
    store.take_well(_event(1, facets))
    members, by_name = _counts(store)
    for number in range(2, 7):
        uses = {"outputStatistics": {"rowCount": number}}
        store.take_well(_event(number, facets | {"version": {"n": number}}, uses=uses))
    assert _counts(store) == (members, by_name + 2 * 5)


def test_an_event_that_says_less_takes_nothing_away(store):
    full = {"schema": {"fields": [{"name": "a"}]}, "owner": {"n": 1}}
    store.take_well(_event(0, full))
    for minute in range(4):  # one that says all, then one that says little, and again
        said = {} if minute % 2 else full
        store.take_well(_event(1, said, at=f"2026-11-21T01:{minute:02d}:00Z", type_="RUNNING"))
    assert len(_said(store, "io_facet")) == 4
    assert len(_said(store, "dataset_facet")) == 2
    before = store.log.dump()
    store.log.rebuild()
    assert store.log.dump() == before


def test_a_facet_that_changes_and_changes_back_is_the_latest(store, open_store):
    bodies = [
        _event(
            minute,
            {"schema": {"v": minute % 2}, "owner": {"n": 1}},
            at=f"2026-11-21T01:0{minute}:00Z",
        )
        for minute in range(6)
    ]
    store.take_well(*bodies)
    other = open_store()
    for body in reversed(bodies):
        other.take_well(body)
    assert other.log.dump() == store.log.dump()
    latest = {line[3]: line[4] for line in _said(store, "dataset_facet")}
    assert set(latest) == {"schema", "owner"}
