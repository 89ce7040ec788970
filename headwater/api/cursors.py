"""Places in lists, as text for the request that asks for the next page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence

from headwater.errors import Invalid
from headwater.lineage.reading.listing import Place
from headwater.model.lineage import Name


def cursor_of(place: Place) -> str:
    """Return a place as text that means nothing to who reads it."""
    return _text_of(place)


def place_of(cursor: str) -> Place:
    """Return the place that a cursor says; raises `Invalid` for any other text."""
    try:
        changed, namespace, name = _parts_of(cursor)
        return Place(int(changed), str(namespace), str(name))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _no_cursor(cursor) from error


def name_cursor(name: Name) -> str:
    """Return the place behind a name, in a list by name, as text."""
    return _text_of((name.namespace, name.name))


def name_of(cursor: str) -> Name:
    """Return the name that a cursor says; raises `Invalid` for any other text."""
    try:
        namespace, name = _parts_of(cursor)
        return Name(str(namespace), str(name))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _no_cursor(cursor) from error


def _text_of(parts: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _parts_of(cursor: str) -> list[str]:
    padded = cursor + "=" * (-len(cursor) % 4)
    found: list[str] = json.loads(base64.urlsafe_b64decode(padded))
    return found


def _no_cursor(cursor: str) -> Invalid:
    return Invalid(
        f"after={cursor!r} is no cursor", hint="give the `next` of the page before, as it is"
    )
