"""JSON bodies of Marquez's writes, read as leniently as Marquez does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from fastapi import Depends, HTTPException, Request

from headwater.api.bodies import read_request
from headwater.api.marquez.route import no_such_page, uuid_of
from headwater.errors import Malformed, Missing
from headwater.lineage.reading.rows import to_bytes, to_text
from headwater.wire.openlineage.canonical import decode
from headwater.wire.openlineage.times import read_time

_MOST_BYTES: Final = 4 * 1024 * 1024
_JSON: Final = ("application/json", "text/json")


@dataclass(frozen=True, slots=True)
class Body:
    """The members of a JSON object; what is null counts as absent, unknown members are ignored."""

    members: dict[str, object]
    path: str = ""

    def text(self, name: str) -> str | None:
        """Return a text; a number or a boolean is taken as its text, as Marquez does."""
        value = self.members.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, msgspec.Raw):
            return bytes(value).decode()
        raise Malformed(f"{self.path}{name} must be a string", path=self._pointer(name))

    def needed(self, name: str) -> str:
        """Return a text that must be there and not be blank."""
        value = self.text(name)
        if value is None:
            raise Malformed(f"{self.path}{name} must not be null", path=self._pointer(name))
        if not value.strip():
            raise Malformed(f"{self.path}{name} must not be blank", path=self._pointer(name))
        return value

    def word(self, name: str, among: tuple[str, ...]) -> str:
        """Return a word out of a fixed set."""
        value = self.needed(name)
        if value not in among:
            known = ", ".join(among)
            raise Malformed(
                f"{self.path}{name} is {value!r}, not one of [{known}]", path=self._pointer(name)
            )
        return value

    def time(self, name: str) -> str | None:
        """Return a time as it was sent."""
        value = self.text(name)
        if value is not None and read_time(value) is None:
            raise Malformed(f"{self.path}{name} is not a time: {value!r}", path=self._pointer(name))
        return value

    def uuid(self, name: str) -> str | None:
        """Return a UUID in lower case."""
        value = self.text(name)
        try:
            return None if value is None else str(uuid_of(value))
        except Missing:
            message = f"{self.path}{name} is not a UUID: {value!r}"
            raise Malformed(message, path=self._pointer(name)) from None

    def objects(self, name: str) -> Iterator[Body]:
        """Yield the objects of an array."""
        value = self.members.get(name)
        for index, item in enumerate(self._array(name, value)):
            path = f"{self.path}{name}[{index}]"
            if not isinstance(item, dict):
                raise Malformed(f"{path} must be an object", path=self._pointer(name))
            yield Body(item, path + ".")

    def texts(self, name: str) -> list[str]:
        """Return the texts of an array."""
        values = self._array(name, self.members.get(name))
        listed = Body({f"{name}[{index}]": value for index, value in enumerate(values)}, self.path)
        return [listed.needed(key) for key in listed.members]

    def member(self, name: str) -> Body | None:
        """Return an object, None when it is absent."""
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Malformed(f"{self.path}{name} must be an object", path=self._pointer(name))
        return Body(value, f"{self.path}{name}.")

    def _array(self, name: str, value: object) -> list[object]:
        if value is None:
            return []
        if not isinstance(value, list):
            raise Malformed(f"{self.path}{name} must be an array", path=self._pointer(name))
        return value

    def _pointer(self, name: str) -> str:
        parts = f"{self.path}{name}".replace("[", ".").replace("]", "").split(".")
        return "/" + "/".join(parts)


async def _read(request: Request) -> Body:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared and declared not in _JSON and not declared.endswith("+json"):
        raise HTTPException(415)
    headers = dict(request.scope["headers"])
    body = await read_request(headers, request.receive, most_bytes=_MOST_BYTES)
    if not body.strip():
        raise Malformed("the body must be a JSON object, and there is none")
    value = decode(body)
    if not isinstance(value, dict):
        raise Malformed("the body must be a JSON object")
    return Body(value)


JsonBody = Annotated[Body, Depends(_read)]


def name_in(segment: str) -> str:
    """Return a name out of a path; bytes that are no UTF-8 name nothing."""
    try:
        return to_text(to_bytes(segment))
    except UnicodeDecodeError:
        raise no_such_page() from None


def instant_in(value: str | None) -> str | None:
    """Return the time that `?at=` names, with a zone; a plus sign may have become a space."""
    if not value:
        return None
    text = value.replace(" ", "+")
    read = read_time(text)
    if read is None or "T" not in text:
        raise Malformed(f"query param at is not a time: {value!r}", hint="2026-03-02T06:01:00Z")
    return text


def written_at(time: str) -> str:
    """Return a time of the clock as events carry it."""
    return datetime.fromisoformat(time).astimezone(UTC).isoformat().replace("+00:00", "Z")
