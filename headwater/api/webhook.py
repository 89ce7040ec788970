"""The webhook for lineage: events from systems that sign what they send, into the same door.

A signature says that the body is whole and comes from who knows the secret; it does not say when
it was sent. Sending it again is harmless, because an event that is known already is nothing new.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

import msgspec
from pydantic import SecretStr

from headwater.api.bodies import decode_body
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.openlineage import admit, answer, events_of
from headwater.api.settings import ServerSettings
from headwater.errors import Unauthenticated
from headwater.ingest.events import EventDoor
from headwater.ingest.validation import Mode
from headwater.model.principal import Action

PATH: Final = "/api/v1/webhook/lineage"
HEADER: Final = b"x-headwater-signature"
_SCHEME: Final = b"sha256="


class _Envelope(msgspec.Struct):
    """What batches are sent in by some: an object with an array of events, and no event itself."""

    events: list[msgspec.Raw]
    eventTime: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)


def webhook_routes(
    door: EventDoor, settings: ServerSettings, *, validation: Mode = Mode.OFF
) -> list[HotRoute]:
    """Return the hot route that takes signed events."""

    async def webhook(request: HotRequest) -> HotResponse:
        """Take one event, an array, a line each or `{"events": […]}`, signed if a secret is set."""
        sent = await request.sent_body(settings.max_body_bytes)
        if settings.webhook_secret is not None:
            check_signature(sent, request.headers.get(HEADER), settings.webhook_secret)
        encoding = request.headers.get(b"content-encoding")
        body = decode_body(sent, encoding=encoding, most_bytes=settings.max_body_bytes)
        bodies = _enveloped(body) or await events_of(request, body)
        return answer(*await admit(door, request, bodies, validation))

    return [HotRoute(method="POST", path=PATH, action=Action.WRITE, handle=webhook)]


def check_signature(body: bytes, given: bytes | None, secret: SecretStr) -> None:
    """Return if `given` is `sha256=` and the HMAC of the body in hexadecimal digits.

    Raises `Unauthenticated`; how long it takes tells nothing about the right signature.
    """
    hint = "send X-Headwater-Signature: sha256=<HMAC-SHA256 of the body as sent, in hex>"
    if given is None:
        raise Unauthenticated("the webhook needs a signature", hint=hint)
    right = hmac.digest(secret.get_secret_value().encode(), body, sha256).hex().encode()
    if not hmac.compare_digest(given.strip().lower(), _SCHEME + right):
        raise Unauthenticated("the signature is not that of this body", hint=hint)


def _enveloped(body: bytes) -> list[bytes]:
    """Return the events of an envelope; none where the body is no envelope."""
    if b'"events"' not in body:
        return []
    try:
        found = _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return []
    if found.eventTime is not msgspec.UNSET:
        return []
    return [bytes(event) for event in found.events]
