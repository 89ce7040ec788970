"""Places in lists of jobs and datasets, as text for the request that asks for the next page."""

from __future__ import annotations

import base64
import binascii
import json

from headwater.errors import Invalid
from headwater.lineage.reading.listing import Place


def cursor_of(place: Place) -> str:
    """Return a place as text that means nothing to who reads it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Return the place that a cursor says; raises `Invalid` for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        changed, namespace, name = json.loads(base64.urlsafe_b64decode(padded))
        return Place(int(changed), str(namespace), str(name))
    except (binascii.Error, ValueError, TypeError) as error:
        raise Invalid(
            f"after={cursor!r} is no cursor", hint="give the `next` of the page before, as it is"
        ) from error
