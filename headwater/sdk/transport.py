"""The seam between whoever makes lineage events and wherever they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from headwater.sdk.errors import TransportError


class Transport(Protocol):
    """Takes finished OpenLineage events, as JSON bytes.

    Order: events are handed on in the order of the calls. Idempotency: the receiver drops an
    event whose canonical hash it holds, so emitting again is harmless. Durability: a return
    means that the receiver acknowledged the event, which for a Headwater server means fsynced.
    Errors: `TransportError`; when it is `retriable` the same bytes may be emitted again.
    """

    def emit(self, event: bytes) -> None:
        """Hand over one event and return once it is acknowledged."""
        ...

    def close(self) -> None:
        """Release connections; an emit after this is an error."""
        ...


@runtime_checkable
class BatchTransport(Transport, Protocol):
    """A transport that takes many events at once.

    Order, idempotency and durability are those of `Transport`.
    """

    def emit_batch(self, events: Sequence[bytes]) -> Sequence[TransportError | None]:
        """Hand over events; return what became of each, None where it is acknowledged.

        Raises `TransportError` where nothing is known about any of them.
        """
        ...
