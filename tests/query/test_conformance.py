"""What producers send wrongly, counted once each, however one asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.query import conformance as module
from headwater.query.conformance import Conformance
from headwater.wire.openlineage.conformance.findings import Severity

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def log(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    yield log
    log.close()


def _event(second, producer="https://a.example", **more):
    event = {
        "eventType": "START",
        "eventTime": f"2026-11-21T01:00:{second:02}Z",
        "producer": producer,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "01a1fb67-1800-7de6-80de-0d1c32a0395a"},
        "job": {"namespace": "ns", "name": "j"},
    }
    return event | more


def _send(log, *events):
    log.apply(
        [
            Arrival(body=json.dumps(event).encode(), principal=LOCAL, received_at=NOW)
            for event in events
        ]
    )


def _tally(report, producer="https://a.example"):
    found = report.producers[producer]
    return found.events, {k[:2]: (f.events, f.examples) for k, f in found.findings.items()}


def test_each_producer_has_its_mistakes_and_the_latest_examples(log):
    wrong = [_event(n, eventType="start", inputs={}) for n in range(5)]
    _send(log, _event(50), *wrong, _event(51, producer="https://b.example"))
    report = Conformance(LineageReads(log.engine)).report(budget=100)
    assert (report.entries, report.checked, report.reason) == (7, 7, None)
    assert _tally(report) == (
        6,
        {
            ("not-in-list", "/eventType"): (5, [(n, "/eventType") for n in (6, 5, 4)]),
            ("wrong-type", "/inputs"): (5, [(n, "/inputs") for n in (6, 5, 4)]),
        },
    )
    assert _tally(report, "https://b.example") == (1, {})


def test_a_retry_counts_once(log):
    _send(log, _event(1, eventType="x"), _event(1, eventType="x"))
    conformance = Conformance(LineageReads(log.engine))
    conformance.report(budget=100)
    _send(log, _event(1, eventType="x"))
    assert _tally(conformance.report(budget=100))[0] == 1


def test_a_budget_makes_a_partial_report_that_later_ones_complete(log, monkeypatch):
    monkeypatch.setattr(module, "_PAGE", 2)
    _send(log, *(_event(n, eventType="x") for n in range(7)))
    conformance = Conformance(LineageReads(log.engine))
    first = conformance.report(budget=3)
    assert (first.checked, first.reason) == (
        3,
        "4 older entries of the log are not looked at yet; ask again",
    )
    _send(log, *(_event(n, eventType="x") for n in range(10, 13)))
    assert conformance.report(budget=3).checked == 6
    whole = conformance.report(budget=100)
    assert (whole.checked, whole.reason) == (10, None)
    at_once = Conformance(LineageReads(log.engine)).report(budget=100)
    assert _tally(whole) == _tally(at_once)


def test_kinds_and_producers_are_bounded(log, monkeypatch):
    monkeypatch.setattr(module, "MOST_FINDINGS", 1)
    monkeypatch.setattr(module, "MOST_PRODUCERS", 1)
    _send(log, _event(1, producer="https://b.example"), _event(2, eventType="x", inputs={}))
    report = Conformance(LineageReads(log.engine)).report(budget=100)
    assert len(report.producers) == 1
    assert report.producers["https://a.example"].more == 1
    assert "producers beyond" in (report.reason or "")


def test_an_empty_log_has_nothing_to_report(log):
    report = Conformance(LineageReads(log.engine)).report(budget=10)
    assert (report.entries, report.producers, report.reason) == (0, {}, None)


def test_severities_come_along(log):
    _send(log, _event(1, run={"runId": "x", "facets": {"own": {}}}))
    report = Conformance(LineageReads(log.engine)).report(budget=10)
    found = report.producers["https://a.example"].findings.values()
    assert {f.severity for f in found} == {Severity.ERROR, Severity.INFO}
