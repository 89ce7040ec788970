"""Which runs measured a dataset, and the log page by page, on every backend."""

from __future__ import annotations

import pytest

from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.query.conformance import Conformance


@pytest.fixture
def reads(store):
    return LineageReads(store.log.engine)


def _measured(event, run, second, side="inputs"):
    part = "inputFacets" if side == "inputs" else "outputFacets"
    dataset = {"namespace": "ds", "name": "t", part: {"dataQualityAssertions": {"assertions": []}}}
    sent = event(run=run, at=f"2026-11-21T01:00:0{second}Z")
    return sent | {side: [dataset]}


def test_runs_that_measured_a_dataset_come_latest_first(store, reads, event):
    runs = [f"01a1fb67-1800-7de6-80de-0d1c32a0395{n}" for n in range(4)]
    store.take_well(
        _measured(event, runs[0], 1),
        _measured(event, runs[1], 3, side="outputs"),
        _measured(event, runs[2], 2),
        event(run=runs[3], at="2026-11-21T01:00:09Z", inputs=["t"]),
    )
    with reads.view() as view:
        key = view.names.find("dataset", Name("ds", "t"))
        uses = view.quality.uses(key, limit=10)
        found = view.runs.by_keys((run for run, _ in uses), is_whole=False)
        assert [(found[run].id, written) for run, written in uses] == [
            (runs[1], True),
            (runs[2], False),
            (runs[0], False),
        ]
        assert len(view.quality.uses(key, limit=2)) == 2


def test_a_facet_that_was_taken_away_measures_nothing(store, reads, event):
    facet = {"outputStatistics": {"_deleted": True}}
    output = {"namespace": "ds", "name": "gone", "outputFacets": facet}
    store.take_well(event() | {"outputs": [output]})
    with reads.view() as view:
        key = view.names.find("dataset", Name("ds", "gone"))
        assert view.quality.uses(key, limit=10) == []


def test_the_log_reads_both_ways(store, reads, event):
    store.take_well(*(event(at=f"2026-11-21T01:00:0{n}Z") for n in range(5)))
    with reads.view() as view:
        entries = view.entries
        assert entries.last() == 5
        assert [e.sequence for e in entries.page(after=2, limit=2)] == [3, 4]
        assert [e.sequence for e in entries.page_before(before=4, limit=2)] == [3, 2]
        assert entries.count(after=3) == 2
    report = Conformance(reads).report(budget=3)
    assert (report.checked, report.entries) == (3, 5)
