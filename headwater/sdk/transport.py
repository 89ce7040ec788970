"""The seam between whoever makes lineage events and wherever they go."""

from __future__ import annotations

from typing import Protocol


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
