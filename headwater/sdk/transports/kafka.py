"""Events into a Kafka topic (extra `kafka`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from headwater.sdk.errors import EventRefused, ExtraMissing, TransportError
from headwater.sdk.transport import BatchTransport

_TOO_LARGE: Final = frozenset({"MSG_SIZE_TOO_LARGE", "INVALID_MSG", "INVALID_MSG_SIZE"})
_FLUSH_SECONDS: Final = 10.0


class KafkaTransport(BatchTransport):
    """Produces events, and waits until the brokers have acknowledged them.

    Keys are those of OpenLineage's clients, so that the runs of a pipeline stay in order: the
    root job of a run, else its parent's, else its own, as `run:NAMESPACE/NAME`.
    """

    def __init__(
        self, topic: str, config: Mapping[str, object], *, message_key: str | None = None
    ) -> None:
        try:
            from confluent_kafka import Producer
        except ModuleNotFoundError as error:
            raise ExtraMissing(
                "events cannot go to Kafka, because confluent-kafka is not installed",
                hint='pip install "headwater[kafka]"',
            ) from error
        self._topic = topic
        self._key = message_key
        self._producer = Producer({"acks": "all", "enable.idempotence": True, **config})

    def emit(self, event: bytes) -> None:
        """Produce one event."""
        (fate,) = self.emit_batch([event])
        if fate is not None:
            raise fate

    def emit_batch(self, events: Sequence[bytes]) -> Sequence[TransportError | None]:
        """Produce events; return each one's fate once the brokers have said it."""
        fates: list[TransportError | None] = [
            TransportError("the brokers have not acknowledged the event", retriable=True)
            for _ in events
        ]
        for at, event in enumerate(events):
            try:
                self._produce(event, fates, at)
            except BufferError:  # librdkafka's own queue is full
                self._producer.flush(_FLUSH_SECONDS)
                self._produce(event, fates, at)
        self._producer.flush(_FLUSH_SECONDS)
        return fates

    def close(self) -> None:
        """Wait for what is still on its way."""
        self._producer.flush(1.0)

    def _produce(self, event: bytes, fates: list[TransportError | None], at: int) -> None:
        def told(error: object, _message: object) -> None:
            fates[at] = _fate(error)

        key = self._key if self._key is not None else message_key_of(event)
        self._producer.produce(self._topic, value=event, key=key, on_delivery=told)


def message_key_of(event: bytes) -> str | None:
    """Return the key under which OpenLineage's clients produce an event."""
    said = json.loads(event)
    if "dataset" in said:
        return f"dataset:{said['dataset']['namespace']}/{said['dataset']['name']}"
    job = said["job"]
    if "run" not in said:
        return f"job:{job['namespace']}/{job['name']}"
    parent = said["run"].get("facets", {}).get("parent", {})
    job = parent.get("root", {}).get("job") or parent.get("job") or job
    return f"run:{job['namespace']}/{job['name']}"


def _fate(error: object) -> TransportError | None:
    if error is None:
        return None
    name = getattr(error, "name", lambda: "")()
    if name in _TOO_LARGE:
        return EventRefused(f"Kafka refuses the event: {error}")
    return TransportError(f"Kafka does not take the event: {error}", retriable=True)
