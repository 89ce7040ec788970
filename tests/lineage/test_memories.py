"""What the store remembers between batches is bounded, and forgetting it changes nothing."""

from __future__ import annotations

import pytest

from headwater.lineage.projections import (
    entity_facets,
    facet_bodies,
    facet_sets,
    identities,
    io_hashes,
    projector,
    runs,
)
from headwater.wire.openlineage import reader
from tests.lineage.conftest import make_event


def _bodies(rounds: int = 3) -> list[dict]:
    schema = {"schema": {"fields": [{"name": "a", "type": "long"}]}, "x": {"n": 1}}
    return [
        make_event(
            type_,
            at=f"2026-11-21T0{round_}:{minute}:00Z",
            job=f"j{number}",
            run=f"run-{round_}-{number}",
            inputs=(f"in-{number}",),
            outputs=[],
        )
        | {"outputs": [{"namespace": f"o{number}", "name": "out", "facets": schema}]}
        for round_ in range(rounds)
        for number in range(4)
        for minute, type_ in (("00", "START"), ("30", "COMPLETE"))
    ]


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        (identities, "_CACHE_ENTRIES"),
        (runs, "_CACHE_ENTRIES"),
        (facet_bodies, "_CACHE_ENTRIES"),
        (runs, "_KNOWN_RUNS"),
        (entity_facets, "_HELD_ENTRIES"),
        (facet_sets, "_CACHE_ENTRIES"),
        (io_hashes, "_NAMES_ENTRIES"),
        (io_hashes, "_HASH_ENTRIES"),
        (projector, "_PLANS"),
        (reader, "_HASHES"),
        (reader, "_JOBS_BYTES"),
        (reader, "_DATASETS_BYTES"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.rpartition(".")[2],
)
def test_forgetting_changes_nothing(open_store, monkeypatch, module, limit):
    remembering = open_store()
    for body in _bodies():
        remembering.take_well(body)
    monkeypatch.setattr(module, limit, 1)
    forgetful = open_store()
    for body in _bodies():
        forgetful.take_well(body)
    assert forgetful.log.dump() == remembering.log.dump()
