"""The platform's own lineage, through the same door as everybody's."""

from __future__ import annotations

from headwater.errors import Busy, HeadwaterError, Unavailable
from headwater.ingest.events import EventDoor
from headwater.model.principal import SYSTEM
from headwater.sdk.errors import TransportError
from headwater.sdk.transport import Transport


class DoorTransport(Transport):
    """Hands events to the door of this process; a return means durable and readable."""

    def __init__(self, door: EventDoor) -> None:
        self._door: EventDoor | None = door

    def emit(self, event: bytes) -> None:
        """Hand over one event and return once it is durable."""
        if self._door is None:
            raise TransportError("the transport is closed", retriable=False)
        try:
            (outcome,) = self._door.submit([event], principal=SYSTEM)
        except (Busy, Unavailable) as error:
            raise TransportError(error.message, retriable=True, hint=error.hint) from error
        except HeadwaterError as error:
            raise TransportError(error.message, retriable=False, hint=error.hint) from error
        if isinstance(outcome, HeadwaterError):
            raise TransportError(outcome.message, retriable=False) from outcome
        if isinstance(outcome, Exception):
            raise outcome

    def close(self) -> None:
        """Let go of the door, which is not ours to close."""
        self._door = None
