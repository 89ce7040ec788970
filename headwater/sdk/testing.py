"""For tests of pipelines: what they would have told, without a server or a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, overload

from headwater.sdk.configuration import Configuration, load_configuration
from headwater.sdk.delivery import Delivery, replace_delivery, restore_delivery
from headwater.sdk.sender import Sender

Json = Mapping[str, Any]


class CapturedEvents(Sequence[Json]):
    """The events that were emitted, in order, each as the mapping that its JSON is."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> Json: ...
    @overload
    def __getitem__(self, at: slice) -> list[Json]: ...
    def __getitem__(self, at: int | slice) -> Json | list[Json]:
        if isinstance(at, slice):
            return [json.loads(text) for text in self._texts[at]]
        found: Json = json.loads(self._texts[at])
        return found

    def __repr__(self) -> str:
        return f"<CapturedEvents {self.types()}>"

    def keep(self, text: bytes) -> None:
        """Add an event."""
        self._texts.append(text)

    def types(self, job: str | None = None) -> list[str]:
        """Return the types of the events in order, of one job or of all."""
        return [str(event.get("eventType")) for event in self.of(job)]

    def of(self, job: str | None = None) -> list[Json]:
        """Return the events of one job, or all."""
        return [event for event in self if job is None or _name(event) == job]

    def jobs(self) -> list[str]:
        """Return the names of the jobs in the order in which they first ran."""
        return list(dict.fromkeys(filter(None, map(_name, self))))


class _Capture(Delivery):
    """Keeps events in place of sending them."""

    def __init__(self, configuration: Configuration, events: CapturedEvents) -> None:
        super().__init__(configuration)
        self._events = events

    def emit(self, event: bytes) -> None:
        self._events.keep(event)

    def _make_senders(self) -> list[Sender]:
        return []


@contextmanager
def capture_events(*, namespace: str | None = None) -> Iterator[CapturedEvents]:
    """Keep every event that is emitted in the block, from any thread, and send none.

    As in `with capture_events() as events: load(); assert events.types() == [...]`.
    """
    events = CapturedEvents()
    configuration = replace(load_configuration(), is_disabled=False)
    if namespace is not None:
        configuration = replace(configuration, namespace=namespace)
    before = replace_delivery(_Capture(configuration, events), close=False)
    try:
        yield events
    finally:
        restore_delivery(before)


def _name(event: Json) -> str:
    job = event.get("job")
    return str(job.get("name")) if isinstance(job, Mapping) else ""
