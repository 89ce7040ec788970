"""Facets that differ from event to event: the latest of each counts, whatever came first."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.lineage_stores import gives_back

FACETS = st.dictionaries(
    st.sampled_from(["schema", "symlinks", "columnLineage", "x"]),
    st.sampled_from(
        [
            {"_deleted": True},
            {"fields": {"a": {"inputFields": [{"namespace": "d", "name": "0", "field": "f"}]}}},
            {"identifiers": [{"namespace": "d", "name": "1", "type": "TABLE"}]},
            {"n": 1},
        ]
    ),
    max_size=3,
)
DATASETS = st.lists(
    st.fixed_dictionaries(
        {"namespace": st.just("d"), "name": st.sampled_from("01"), "facets": FACETS},
        optional={"outputFacets": FACETS, "inputFacets": FACETS, "unknown": st.just(1)},
    ),
    max_size=3,
)
EVENTS = st.fixed_dictionaries(
    {
        "eventTime": st.sampled_from(["2026-11-21T01:00:00Z", "2026-11-21T01:00:01Z"]),
        "eventType": st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL"]),
        "run": st.fixed_dictionaries({"runId": st.sampled_from("ab"), "facets": FACETS}),
        "job": st.fixed_dictionaries(
            {"namespace": st.just("j"), "name": st.sampled_from("xy"), "facets": FACETS}
        ),
        "inputs": DATASETS,
        "outputs": DATASETS,
    }
)


@given(
    events=st.lists(EVENTS, min_size=2, max_size=8),
    order=st.randoms(use_true_random=False),
    cuts=st.sets(st.integers(1, 7)),
)
@gives_back
def test_order_and_batches_do_not_matter_to_facets(open_store, events, order, cuts):
    bodies = [json.dumps(event).encode() for event in events]
    one, other = open_store(), open_store()
    one.take_well(*bodies)
    scrambled = order.sample(bodies, len(bodies))
    for start, end in pairwise([0, *sorted(cut for cut in cuts if cut < len(bodies)), len(bodies)]):
        other.take_well(*scrambled[start:end])
    expected = one.log.dump()
    assert other.log.dump() == expected
    other.log.rebuild()
    assert other.log.dump() == expected
    one.log.close()
    other.log.close()


def test_of_a_dataset_that_an_event_lists_twice_the_first_counts(store, event):
    facets = [{"schema": {"fields": [{"name": name}]}} for name in ("first", "second")]
    listed = [{"namespace": "ds", "name": "t", "facets": each} for each in facets]
    store.take_well(event(outputs=[]) | {"outputs": listed})
    with_unknown = [each | {"unknown": 1} for each in listed]  # takes the tolerant way
    store.take_well(event(run="01a1fb67-1800-7de6-80de-0d1c32a0395b") | {"outputs": with_unknown})
    said = [json.loads(line) for line in store.log.dump().splitlines() if b'["io_facet"' in line]
    facets_said = [line[6] for line in said]
    assert len(facets_said) == 2
    assert len(set(facets_said)) == 1
