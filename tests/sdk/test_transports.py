"""Events arrive through every transport that can be configured, real ones of others too."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater.sdk import configure, flush, openlineage_job
from headwater.sdk.destinations import destinations
from headwater.sdk.errors import EventRefused, ExtraMissing, TransportError
from headwater.sdk.transport import BatchTransport, Transport
from headwater.sdk.transports.composite import CompositeTransport
from headwater.sdk.transports.kafka import KafkaTransport, message_key_of

from .event_server import PATIENCE_SECONDS, Server


def run() -> None:
    with openlineage_job("outer", inputs=["in"], outputs=["out"]), openlineage_job("inner"):
        pass


def test_file_gets_a_line_for_each_event(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    configure({"transport": {"type": "file", "log_file_path": f"file://{file}", "append": True}})
    run()
    assert flush(PATIENCE_SECONDS)
    assert len(file.read_text().splitlines()) == 4


def test_each_event_gets_a_file_of_its_own_unless_they_are_appended(tmp_path: Path) -> None:
    configure({"transport": {"type": "file", "log_file_path": str(tmp_path / "event")}})
    run()
    assert flush(PATIENCE_SECONDS)
    found = sorted(tmp_path.glob("event-*.json"))
    assert [json.loads(path.read_text())["eventType"] for path in found] == [
        "START",
        "START",
        "COMPLETE",
        "COMPLETE",
    ]


def test_file_that_cannot_be_written_keeps_events_waiting(tmp_path: Path) -> None:
    (place,) = destinations({"type": "file", "log_file_path": str(tmp_path), "append": True})
    transport = place.connect()
    with pytest.raises(TransportError, match="cannot be written") as caught:
        transport.emit(b"{}")
    assert caught.value.retriable


def test_console_logs_events(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "headwater.sdk.console"):
        configure({"transport": {"type": "console"}})
        run()
        assert flush(PATIENCE_SECONDS)
    assert len([one for one in caplog.records if one.name == "headwater.sdk.console"]) == 4


def test_kafka_gets_events_under_the_key_of_their_root() -> None:
    from confluent_kafka import Consumer, Producer

    cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused"})
    broker = next(iter(cluster.list_topics(timeout=PATIENCE_SECONDS).brokers.values()))
    servers = f"{broker.host}:{broker.port}"
    configure(
        {
            "namespace": "shop",
            "transport": {
                "type": "kafka",
                "topic": "lineage",
                "config": {"bootstrap.servers": servers},
            },
        }
    )
    run()
    assert flush(PATIENCE_SECONDS)
    consumer = Consumer(
        {"bootstrap.servers": servers, "group.id": "g", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["lineage"])
    found: list[Any] = []
    while len(found) < 4:
        message = consumer.poll(PATIENCE_SECONDS)
        assert message is not None
        if message.error() is None:
            found.append(message)
    consumer.close()
    assert {message.key() for message in found} == {b"run:shop/outer"}
    assert json.loads(found[0].value())["eventType"] == "START"


def test_kafka_that_is_away_leaves_events_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.sdk.transports.kafka._FLUSH_SECONDS", 0.2)
    transport = KafkaTransport(
        "t", {"bootstrap.servers": "127.0.0.1:9", "message.timeout.ms": 100, "log_level": 0}
    )
    with pytest.raises(TransportError) as caught:
        transport.emit(b'{"dataset": {"namespace": "n", "name": "d"}}')
    assert not isinstance(caught.value, EventRefused)
    transport.close()


def test_kafka_keys_are_those_of_the_reference_client() -> None:
    job = {"namespace": "n", "name": "j"}
    parent = {"job": {"namespace": "n", "name": "p"}, "run": {}}
    root = {"job": {"namespace": "n", "name": "r"}}

    def key(**said: Any) -> str | None:
        return message_key_of(json.dumps(said).encode())

    assert key(dataset=job) == "dataset:n/j"
    assert key(job=job) == "job:n/j"
    assert key(job=job, run={}) == "run:n/j"
    assert key(job=job, run={"facets": {"parent": parent}}) == "run:n/p"
    assert key(job=job, run={"facets": {"parent": {**parent, "root": root}}}) == "run:n/r"


def test_transports_of_openlineage_python_can_be_configured(server: Server) -> None:
    configure(
        {
            "transport": {
                "type": "transform",
                "transport": {"type": "http", "url": server.url},
                "transformer_class": (
                    "openlineage.client.transport.transform.transformers."
                    "job_namespace_replace_transformer.JobNamespaceReplaceTransformer"
                ),
                "transformer_properties": {"new_job_namespace": "replaced"},
            }
        }
    )
    run()
    assert flush(PATIENCE_SECONDS)
    events = server.events()
    assert sorted(event["eventType"] for event in events) == ["COMPLETE"] * 2 + ["START"] * 2
    assert {event["job"]["namespace"] for event in events} == {"replaced"}
    (output,) = next(e for e in events if e["outputs"])["outputs"]
    assert output["name"] == "out"
    assert events[0]["run"]["facets"]["processing_engine"]["name"] == "Python"


def test_transport_that_nobody_has_keeps_events_waiting(outbox: Path) -> None:
    configure({"transport": {"type": "pigeon"}})
    run()
    assert flush(PATIENCE_SECONDS) is False
    assert list(outbox.rglob("*.outbox"))


def test_without_its_extra_a_transport_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(ExtraMissing, match=r"headwater\[kafka\]"):
        KafkaTransport("t", {})


class Memory(Transport):
    def __init__(self, failures: Sequence[TransportError | None] = ()) -> None:
        self.failures = list(failures)
        self.events: list[bytes] = []

    def emit(self, event: bytes) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.events.append(event)

    def close(self) -> None:
        self.events.append(b"closed")


AWAY = TransportError("away", retriable=True)


@pytest.mark.parametrize(
    ("after_failure", "after_success", "first", "second", "raises"),
    [
        (True, False, [None], 0, False),
        (True, False, [AWAY], 1, False),
        (False, True, [None], 1, False),
        (False, True, [AWAY], 0, True),
        (False, False, [AWAY], 0, True),
    ],
)
def test_composite_goes_on_as_it_is_told(
    after_failure: bool,
    after_success: bool,
    first: list[TransportError | None],
    second: int,
    raises: bool,
) -> None:
    one, two = Memory(first), Memory()
    both = CompositeTransport([one, two], after_failure=after_failure, after_success=after_success)
    if raises:
        with pytest.raises(TransportError):
            both.emit(b"{}")
    else:
        both.emit(b"{}")
    assert len(two.events) == second
    both.close()
    assert (one.events[-1], two.events[-1]) == (b"closed", b"closed")


def test_composite_of_which_none_works_raises() -> None:
    both = CompositeTransport(
        [Memory([AWAY]), Memory([AWAY])], after_failure=True, after_success=False
    )
    with pytest.raises(TransportError):
        both.emit(b"{}")


def test_what_has_batches_is_told_from_what_has_not() -> None:
    (file,) = destinations({"type": "file", "log_file_path": "x"})
    assert isinstance(file.connect(), BatchTransport)
    assert not isinstance(Memory(), BatchTransport)
