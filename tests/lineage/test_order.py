"""Any order, duplication and split of events, and any order of one log, gives the same dump."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.commands import VERBS, Command
from headwater.lineage.contract import Arrival
from headwater.model.principal import LOCAL
from tests.lineage.replay import apply_again
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SEEDS = st.integers(0, 2**32)
_DATASETS = "SELECT n.display, d.display FROM dataset d JOIN namespace n ON n.id = d.namespace_id"


def _sample(requests, chance, most=120):
    """Take events of a few runs of one program, so that they have much to do with each other."""
    file = chance.choice(sorted({request.file for request in requests}))
    bodies = [r.body for r in requests if r.file == file]
    start = chance.randrange(max(1, len(bodies) - most))
    return bodies[start : start + most]


def _split(items, chance):
    cuts = sorted(chance.sample(range(1, len(items)), min(len(items) - 1, chance.randrange(8))))
    return [items[a:b] for a, b in pairwise([0, *cuts, len(items)])]


def _scrambled(bodies, chance):
    doubled = bodies + chance.sample(bodies, len(bodies) // 3)
    chance.shuffle(doubled)
    return doubled


@given(seed=SEEDS)
@gives_back
def test_order_duplicates_and_batches_do_not_matter(open_store, requests, seed):
    chance = random.Random(seed)
    bodies = _sample(requests, chance)
    one, other = open_store(), open_store()
    one.take_well(*bodies)
    for batch in _split(_scrambled(bodies, chance), chance):
        other.take_well(*batch)
    expected = one.log.dump()
    assert other.log.dump() == expected
    other.log.rebuild()
    assert other.log.dump() == expected


@given(seed=SEEDS)
@gives_back
def test_between_commands_order_does_not_matter(open_store, requests, seed):
    chance = random.Random(seed)
    bodies = _sample(requests, chance, most=60)
    one, other = open_store(), open_store()
    names = one.take_well(*bodies) and one.ask(_DATASETS)
    one.discard()
    one = open_store()
    # The same event may stand on both sides of a command: only its first arrival names anything.
    half = len(bodies) // 2
    for part in (bodies[:half], bodies[half:]):
        if not part:
            continue
        commands = _commands(names, chance)
        one.take_well(*part)
        for batch in _split(_scrambled(part, chance), chance):
            other.take_well(*batch)
        for store in (one, other):
            store.log.apply(commands)
    expected = one.log.dump()
    assert other.log.dump() == expected
    one.log.rebuild()
    assert one.log.dump() == expected


@given(seed=SEEDS)
@gives_back
def test_a_finished_log_of_a_real_program_is_applied_in_any_order(open_store, requests, seed):
    chance = random.Random(seed)
    bodies = _sample(requests, chance, most=60)
    store = open_store()
    for part in _split(bodies, chance):
        store.take_well(*part)
        store.log.apply(_commands(store.ask(_DATASETS), chance))
    expected = store.log.dump()
    apply_again(store.log, chance)
    assert store.log.dump() == expected


def _commands(names, chance):
    found = []
    for namespace, name in chance.sample(names, min(3, len(names))):
        entity = chance.choice(["dataset", "namespace"])
        verb = chance.choice([verb for verb, of in VERBS.items() if entity in of])
        command = Command(
            verb=verb,
            entity=entity,
            namespace=namespace,
            name=name if entity == "dataset" else "",
            column=chance.choice(["", "c"]) if entity == "dataset" else "",
            item=chance.choice(["pii", "gold"]) if verb not in ("describe", "declare") else "",
            values={"description": chance.choice(["one", "two", None]), "owner": "anna"},
            at=f"2026-11-2{chance.randrange(9)}T00:00:00Z",
        )
        found.append(_arrival(command))
    for entity in ("source", "tag"):
        values = {"description": chance.choice(["one", "two"]), "url": "x:y", "type": "KAFKA"}
        at = f"2026-11-1{chance.randrange(9)}T00:00:00Z"
        command = Command(verb="declare", entity=entity, name="it", values=values, at=at)
        found.append(_arrival(command))
    return found


def _arrival(command):
    body = command.stamped(at="2026-11-21T02:00:00Z", actor="anna").to_bytes()
    return Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
