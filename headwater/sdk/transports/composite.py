"""Events to several places, where what becomes of one decides about the next."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.sdk.errors import EventRefused, TransportError
from headwater.sdk.guard import warn
from headwater.sdk.transport import Transport


class CompositeTransport(Transport):
    """Hands each event to transports in order, as OpenLineage's composite transport does.

    Where all are to get every event whatever befalls the others, which is the default there, each
    has a sender of its own instead.
    """

    def __init__(
        self, transports: Sequence[Transport], *, after_failure: bool, after_success: bool
    ) -> None:
        self._transports = transports
        self._after_failure = after_failure
        self._after_success = after_success

    def emit(self, event: bytes) -> None:
        """Hand over one event; raises what the last transport that was asked raised."""
        failure: TransportError | None = None
        taken = 0
        for transport in self._transports:
            try:
                transport.emit(event)
                taken += 1
                if not self._after_success:
                    return
            except TransportError as error:
                failure = error
                if not self._after_failure:
                    raise
                if not isinstance(error, EventRefused):
                    warn("one of several lineage transports does not work", error)
        if failure is not None and not taken:
            raise failure

    def close(self) -> None:
        """Close all of them."""
        for transport in self._transports:
            transport.close()
