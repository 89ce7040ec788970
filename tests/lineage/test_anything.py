"""Whatever an event holds, it is applied or refused, and a rebuild makes the same of it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.lineage.contract import Applied
from tests.lineage_stores import gives_back

TEXTS = st.sampled_from(["", "a", "b", "\ud800", "x\0y", "TABLE", "JOB", "DIRECT"]) | st.text(
    st.characters(), max_size=5
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
MEMBERS = st.sampled_from(
    [
        *("namespace", "name", "type", "field", "fields", "inputs", "inputFields", "entries"),
        *("identifiers", "transformations", "subtype", "masking", "dataset", "run", "job"),
        *("runId", "root", "facets", "_deleted", "stackTrace", "emissionPattern"),
    ]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=5),
    max_leaves=15,
)
KEYS = st.sampled_from(
    ["columnLineage", "lineage", "symlinks", "parent", "parentRun", "jobType", "errorMessage", "x"]
)
FACETS = st.dictionaries(KEYS | TEXTS, VALUES, max_size=4)
NAMED = st.fixed_dictionaries({"namespace": TEXTS, "name": TEXTS, "facets": FACETS})
DATASETS = st.lists(
    st.fixed_dictionaries(
        {"namespace": TEXTS, "name": TEXTS, "facets": FACETS},
        optional={"inputFacets": FACETS, "outputFacets": FACETS | LEAVES},
    ),
    max_size=2,
)
TIMES = st.sampled_from(
    ["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+99:59", "9999-12-31T23:59:59-99", "", None]
)
RUN_EVENTS = st.fixed_dictionaries(
    {
        "run": st.fixed_dictionaries({"runId": TEXTS, "facets": FACETS}),
        "job": NAMED,
        "eventTime": TIMES,
        "eventType": st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "?"]),
        "inputs": DATASETS,
        "outputs": DATASETS,
    }
)
OTHER_EVENTS = st.fixed_dictionaries({"job": NAMED, "outputs": DATASETS}) | st.fixed_dictionaries(
    {"dataset": NAMED, "eventTime": TIMES}
)


@given(events=st.lists(RUN_EVENTS | OTHER_EVENTS, max_size=8))
@gives_back
def test_every_event_is_applied_or_refused_and_rebuilt_the_same(open_store, events):
    store, other = open_store(), open_store()
    bodies = [json.dumps(event).encode() for event in events]
    outcomes = store.take(*bodies)
    assert all(isinstance(outcome, Applied | Invalid) for outcome in outcomes)
    for body in reversed(bodies):
        other.take(body)
    expected = store.log.dump()
    assert other.log.dump() == expected
    store.log.rebuild()
    assert store.log.dump() == expected
