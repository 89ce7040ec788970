"""Any order of applying one finished log, commands included, gives the same dump."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.commands import VERBS, Command
from headwater.lineage.contract import Arrival
from headwater.model.principal import LOCAL
from tests.lineage.replay import apply_again
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

times = st.builds("2026-11-{:02d}T0{}:00:00Z".format, st.integers(1, 28), st.integers(0, 3))
names = st.sampled_from(["a", "b"])
texts = st.none() | st.sampled_from(["one", "two"])


@st.composite
def commands(draw):
    verb = draw(st.sampled_from(sorted(VERBS)))
    entity = draw(st.sampled_from(VERBS[verb]))
    is_inside = entity in ("job", "dataset")
    return Command(
        verb=verb,
        entity=entity,
        namespace="" if entity in ("source", "tag") else "ns",
        name=draw(names) if entity != "namespace" else "",
        column=draw(st.sampled_from(["", "c"])) if entity == "dataset" else "",
        item=draw(names) if is_inside or verb in ("own", "disown") else "",
        values={name: draw(texts) for name in ("description", "owner", "type", "url")},
        at=draw(times),
    )


@st.composite
def events(draw):
    dataset = {"namespace": "ns", "name": draw(names), "facets": {}}
    if draw(st.booleans()):
        dataset["facets"]["tags"] = {"tags": [{"key": draw(names), "value": "1"}]}
    return {
        "eventTime": draw(times),
        "eventType": draw(st.sampled_from(["START", "COMPLETE", "FAIL"])),
        "producer": "urn:test",
        "run": {"runId": f"01a1fb67-1800-7de6-80de-0d1c32a0395{draw(st.sampled_from('ab'))}"},
        "job": {"namespace": "ns", "name": draw(names)},
        "inputs": [],
        "outputs": [dataset],
    }


def _arrival(told):
    if isinstance(told, Command):
        body = told.stamped(at="", actor="anna").to_bytes()
        return Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
    return Arrival(body=json.dumps(told).encode(), principal=LOCAL, received_at=NOW)


@given(told=st.lists(st.one_of(commands(), events()), min_size=2, max_size=24), seed=st.integers())
@gives_back
def test_order_of_applying_a_finished_log_does_not_matter(open_store, told, seed):
    store = open_store()
    store.log.apply([_arrival(one) for one in told])
    expected = store.log.dump()
    apply_again(store.log, random.Random(seed))
    assert store.log.dump() == expected
    store.log.rebuild()
    assert store.log.dump() == expected


@given(told=st.lists(commands(), min_size=2, max_size=12), seed=st.integers())
@gives_back
def test_what_people_said_at_a_time_does_not_depend_on_when_it_came(open_store, told, seed):
    notes = [one for one in told if one.verb not in ("delete", "undelete", "declare")]
    bodies = [_arrival(one) for one in notes]
    one, other = open_store(), open_store()
    one.log.apply(bodies)
    random.Random(seed).shuffle(bodies)
    for body in bodies:
        other.log.apply([body, body])
    assert one.log.dump() == other.log.dump()
