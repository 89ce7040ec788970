"""What is erased is gone from the log, its facets and every projection, for good."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

from hypothesis import assume, given
from hypothesis import strategies as st

from headwater.lineage.commands import Command
from headwater.lineage.contract import Arrival
from headwater.lineage.deflate import EVENT, FACET
from headwater.lineage.names import from_bytes
from headwater.model.principal import LOCAL
from tests.lineage.conftest import make_event
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _arrival(**command):
    body = Command(**command).stamped(at="2026-11-21T01:00:00Z", actor="anna").to_bytes()
    return Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)


def _erase(store, entity, namespace, name="", *, is_trial=False):
    arrival = _arrival(verb="erase", entity=entity, namespace=namespace, name=name)
    return store.log.erase(arrival, is_trial=is_trial)


def _everything(store):
    """Return all that the database holds in the log, the facets and the projections, as text."""
    kept = [EVENT.unpack(bytes(body)) for (body,) in store.ask("SELECT body FROM event")]
    facets = [FACET.unpack(bytes(body)) for (body,) in store.ask("SELECT body FROM facet")]
    return b"".join([*kept, *facets, store.log.dump()])


def _facet(text):
    return {"documentation": {"description": text}}


def _named(name, text):
    return {"namespace": "ds", "name": name, "facets": _facet(text)}


def test_events_and_commands_about_it_are_blank_and_its_facets_gone(store):
    keep = make_event(job="keep", outputs=["kept"])
    keep["outputs"] = [_named("kept", "shared"), _named("other", "other")]
    gone = make_event(job="load", run="01a1fb67-1800-7de6-80de-0d1c32a0395b")
    gone["outputs"] = [_named("secret", "only here"), _named("secret2", "shared")]
    store.take_well(keep, gone)
    store.log.apply(
        [
            _arrival(
                verb="describe",
                entity="dataset",
                namespace="ds",
                name="secret",
                values={"description": "whispered"},
            )
        ]
    )
    assert _erase(store, "dataset", "ds", "secret", is_trial=True).entries == 2
    assert len(store.events()) == 2
    erased = _erase(store, "dataset", "ds", "secret")
    assert (erased.entries, erased.is_mentioned) == (2, False)
    (left,) = store.events()
    assert json.loads(left)["job"]["name"] == "keep"
    text = _everything(store)
    assert b"only here" not in text
    assert b"whispered" not in text
    assert b"secret" not in store.log.dump()
    assert b"shared" in text


def test_what_was_erased_stays_out_when_it_is_sent_again(store):
    event = make_event(outputs=["secret"])
    store.take_well(event)
    _erase(store, "job", "ns", "j")
    dump = store.log.dump()
    (again,) = store.take_well(event)
    assert not again.is_new
    assert store.log.dump() == dump
    store.take_well(make_event(outputs=["secret"], at="2026-11-21T01:30:00Z"))
    assert b"secret" in store.log.dump()


def test_other_events_that_mention_it_are_told_of(store):
    child = make_event(
        job="child",
        run_facets={
            "parent": {
                "run": {"runId": "01a1fb67-1800-7de6-80de-0d1c32a0395c"},
                "job": {"namespace": "ns", "name": "above"},
            }
        },
    )
    store.take_well(child, make_event(job="above"))
    erased = _erase(store, "job", "ns", "above")
    assert (erased.entries, erased.is_mentioned) == (1, True)


def test_namespace_takes_all_that_lives_in_it(store):
    store.take_well(make_event(inputs=["a"]), make_event(job="k", outputs=["b"]))
    assert _erase(store, "namespace", "ds").entries == 2
    assert store.events() == []
    assert b"ds" not in store.log.dump()


@given(seed=st.integers(0, 2**32))
@gives_back
def test_rest_of_the_log_means_what_it_would_alone(open_store, requests, seed):
    chance = random.Random(seed)
    file = chance.choice(sorted({request.file for request in requests}))
    bodies = [r.body for r in requests if r.file == file][:40]
    store = open_store()
    store.take_well(*bodies)
    jobs = store.ask(
        "SELECT n.name, j.name FROM job j JOIN namespace n ON n.id = j.namespace_id"
        " WHERE j.standing = 2 ORDER BY n.name, j.name"
    )
    assume(jobs)
    space, name = (from_bytes(bytes(part)) for part in chance.choice(jobs))
    _erase(store, "job", space, name)
    dump = store.log.dump()
    alone = open_store()
    alone.take_well(*store.events())
    assert alone.log.dump() == dump
    store.log.rebuild()
    assert store.log.dump() == dump
    store.log.close()
    alone.log.close()
