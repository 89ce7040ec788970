"""POST /api/v1/lineage as real clients use it."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from headwater.api.application import create_application
from headwater.api.openlineage import openlineage_routes
from headwater.api.settings import ServerSettings
from headwater.app.inside import inside_exchange
from headwater.clock import SystemClock
from headwater.database import turns
from headwater.errors import StorageFull
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor
from headwater.lineage.contract import Log

SETTINGS = ServerSettings(max_body_bytes=8 * 1024 * 1024)


def _calling(door):
    routes = openlineage_routes(door, SETTINGS)
    application = create_application(access=OwnerAccess(), routers=[], hot=routes)
    exchange = inside_exchange(application)

    def call(body, path="/api/v1/lineage", **headers):
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = exchange("POST", path, sent, headers)
        return reply.status, json.loads(reply.body), reply.headers

    return call


@pytest.fixture
def post(store) -> Iterator:
    door = EventDoor(store.log, clock=SystemClock())
    yield _calling(door)
    door.close()


def test_every_captured_request_is_accepted_and_reads_back(store, post, requests):
    for request in requests:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name in ("content-encoding", "content-type", "authorization")
        }
        body = request.body
        if headers.get("content-encoding") == "gzip":
            body = gzip.compress(body)
        status, answer, _ = post(body, request.path, **headers)
        assert status in (200, 201), (request.file, answer)
        assert answer["status"] == "ok"
    assert store.ask("SELECT count(*) FROM dead_letter") == [(0,)]
    known = {json.dumps(json.loads(r.body), sort_keys=True) for r in requests}
    assert store.ask("SELECT count(*) FROM event") == [(len(known),)]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/lineage",
        "/api/v1/lineage/",
        "/api/v1/lineage?api_key=x&timeout=5",
        "/api/v1/api/v1/lineage",
        "/api/v1/lineage/api/v1/lineage",
    ],
)
def test_every_path_that_clients_end_up_at_takes_events(post, event, path):
    assert post(event(), path)[:2] == (201, {"status": "ok", "warnings": []})


def test_arrays_and_lines_are_taken(store, post, event):
    events = [event(at=f"2026-11-21T01:00:0{i}Z") for i in range(4)]
    assert post(events[:2])[0] == 201
    lines = b"\n".join(json.dumps(e).encode() for e in events[2:]) + b"\n"
    assert post(lines)[0] == 201
    assert store.ask("SELECT count(*) FROM event") == [(4,)]


def test_an_indented_event_is_one_event(store, post, event):
    assert post(json.dumps(event(), indent=2).encode())[0] == 201
    assert store.ask("SELECT count(*) FROM event") == [(1,)]


def test_gzip_is_understood_without_its_header(post, event):
    assert post(gzip.compress(json.dumps(event()).encode()))[0] == 201


def test_what_is_off_is_listed(post, event):
    status, answer, _ = post(event("complete", at="yesterday", inputs=["a"]) | {"outputs": {}})
    assert status == 201
    assert answer["warnings"] == [
        "/outputs: not an array, not read",
        "/eventType: 'complete' is not upper case",
        "/eventTime: cannot be read as a time; the event loses to every one with a time",
    ]


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (b"", 400, {"code": 400}),
        (b"{", 400, {"code": 400}),
        (b"\xff\xfe", 400, {"code": 400}),
        (b"[1, 2", 400, {"code": 400}),
        (b'"x"', 422, {"errors": ["an event is a JSON object"]}),
        (b"{}", 422, {"errors": ["run.runId is missing"]}),
        (b'{"run": {"runId": "x"}}', 422, {"errors": ["job.namespace is missing"]}),
        (
            b'{"job": {"namespace": "x", "name": {}}}',
            422,
            {"errors": ["job.name must be a string"]},
        ),
        (b'{"dataset": {"name": "x"}}', 422, {"errors": ["dataset.namespace is missing"]}),
        (
            b"[" * 100_000,
            422,
            {"errors": ["the JSON is nested too deep to be read"]},
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_as_marquez_does(post, store, body, status, answer):
    got, said, _ = post(body)
    assert got == status
    assert said.items() >= answer.items()
    assert store.ask("SELECT body FROM dead_letter") == [(body,)]


def test_a_body_over_the_limit_is_413(post):
    assert post(b" " * (SETTINGS.max_body_bytes + 1))[0] == 413


def test_part_of_an_array_may_fail(post, event):
    status, answer, _ = post([event(), {"job": {}}])
    assert (status, answer["status"]) == (201, "partial_success")
    assert answer["failed_events"] == [
        {
            "index": 1,
            "reason": "job.namespace is missing",
            "path": "/job/namespace",
            "retriable": False,
        }
    ]


def test_a_batch_answers_for_each_event(post, event):
    status, answer, _ = post([event(), {}, event("odd")], "/api/v1/lineage/batch")
    assert status == 200
    assert answer["status"] == "partial_success"
    assert answer["summary"] == {
        "received": 3,
        "successful": 2,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    }
    assert [failed["index"] for failed in answer["failed_events"]] == [1]
    assert answer["warnings"] == ["/2/eventType: not one of the specification, taken as OTHER"]
    assert post([event()], "/api/v1/lineage/batch")[1]["status"] == "success"
    assert post([], "/api/v1/lineage/batch")[1]["summary"]["received"] == 0


class _Stuck(Log):
    """A log that waits until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def apply(self, arrivals):
        self.entered.set()
        self.go_on.wait(60)
        raise StorageFull("no space left")


def test_a_full_queue_is_503_with_retry_after(event):
    log = _Stuck()
    door = EventDoor(log, clock=SystemClock(), capacity=1)
    post = _calling(door)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(post(event())), daemon=True)
        for _ in range(2)
    ]
    threads[0].start()
    assert log.entered.wait(60)
    threads[1].start()
    while len(door) < 1:
        threads[1].join(0.001)
    status, answer, headers = post(event())
    assert (status, answer["code"], headers["retry-after"]) == (503, 503, "1")
    log.go_on.set()
    for thread in threads:
        thread.join(60)
    assert [status for status, _, _ in answers] == [503, 503]
    door.close()
    assert post(event())[0] == 503


def test_events_are_put_off_while_the_store_is_made_again(post, store, event, monkeypatch):
    monkeypatch.setattr(turns, "TURN_SECONDS", 0.01)
    begun, may_go_on = threading.Event(), threading.Event()
    empty = store.log._empty

    def empty_slowly(session):
        begun.set()
        assert may_go_on.wait(60)
        empty(session)

    monkeypatch.setattr(store.log, "_empty", empty_slowly)
    with ThreadPoolExecutor() as pool:
        rebuilt = pool.submit(store.log.rebuild)
        try:
            assert begun.wait(60)
            status, body, headers = post(event())
        finally:
            may_go_on.set()
        assert rebuilt.result(60) == 0
    assert (status, headers["retry-after"]) == (503, "5")
    assert "is being rebuilt or cut" in json.dumps(body)
    assert post(event())[0] == 201
