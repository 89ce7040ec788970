"""`?validate=` on the doors for events."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from headwater.api.application import create_application
from headwater.api.openlineage import openlineage_routes
from headwater.api.settings import ServerSettings
from headwater.app.inside import inside_exchange
from headwater.clock import SystemClock
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor
from headwater.ingest.validation import Mode


@pytest.fixture
def post(store) -> Iterator:
    door = EventDoor(store.log, clock=SystemClock())

    def call(body, query="", *, path="/api/v1/lineage", validation=Mode.OFF):
        routes = openlineage_routes(door, ServerSettings(), validation=validation)
        application = create_application(access=OwnerAccess(), routers=[], hot=routes)
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = inside_exchange(application)("POST", path + query, sent, {})
        return reply.status, json.loads(reply.body)

    yield call
    door.close()


def _facet(event, facet):
    return event(run_facets={"own_one": facet})


FINDINGS = [
    {
        "path": "/run/facets/own_one",
        "rule": "own-facet",
        "severity": "info",
        "message": "is no standard facet, kept as it is",
    },
    {
        "path": "/run/facets/own_one/_producer",
        "rule": "missing-field",
        "severity": "error",
        "message": "is missing",
    },
]
BASE = {"_schemaURL": "https://x.example/s.json"}


def test_a_report_says_what_the_schemas_say_and_keeps_the_event(store, post, event):
    sent = _facet(event, BASE)
    assert post(sent, "?validate=report") == (
        201,
        {"status": "ok", "warnings": [], "findings": FINDINGS},
    )
    assert store.ask("SELECT count(*) FROM event") == [(1,)]


def test_strict_refuses_with_the_findings_and_keeps_a_dead_letter(store, post, event):
    status, answer = post(_facet(event, BASE), "?validate=strict")
    assert status == 422
    assert answer == {
        "errors": [
            "/run/facets/own_one/_producer is missing; strict validation refuses that",
        ],
        "findings": FINDINGS,
    }
    assert store.ask("SELECT count(*) FROM event") == [(0,)]
    assert store.ask("SELECT path FROM dead_letter") == [("/run/facets/own_one/_producer",)]


def test_strict_takes_what_has_no_error(post, event):
    sent = event() | {"outputs": [{"namespace": "n", "name": ""}]}
    status, answer = post(sent, "?validate=strict")
    assert status == 201
    assert [f["rule"] for f in answer["findings"]] == ["empty-name"]


def test_strict_refuses_one_event_of_a_batch(store, post, event):
    batch = [event(), event("complete"), b"x".decode()]
    status, answer = post(batch, "?validate=strict", path="/api/v1/lineage/batch")
    assert status == 200
    assert answer["summary"]["failed"] == 2
    assert [(f["index"], f["path"]) for f in answer["failed_events"]] == [
        (1, "/eventType"),
        (2, ""),
    ]
    assert {f["index"] for f in answer["findings"]} == {1, 2}
    assert store.ask("SELECT count(*) FROM event") == [(1,)]


def test_what_cannot_be_kept_is_answered_the_same_in_every_mode(post):
    for query in ("", "?validate=report", "?validate=strict"):
        assert post(b"{", query)[0] == 400


@pytest.mark.parametrize(
    ("query", "has_findings"),
    [("", True), ("?validate=off", False), ("?validate=yes", True), ("?api_key=x", True)],
)
def test_the_setting_holds_unless_a_request_asks_otherwise(post, event, query, has_findings):
    _, answer = post(_facet(event, BASE), query, validation=Mode.REPORT)
    assert ("findings" in answer) is has_findings
