"""A JSON tokenizer that knows where everything stands, for bodies that the fast path refuses.

It accepts what JSON forbids but senders write (NaN, Infinity, lone surrogates, duplicate keys,
any depth) and names the first such flaw of each element; what it cannot read is `Malformed`, with
the offset of the first byte that is wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from headwater.errors import Malformed
from headwater.wire.records.values import decode

Layout = Literal["one", "array", "lines"]
MAX_DEPTH: Final = 100

_SPACE: Final = re.compile(rb"[ \t\r\n]*+")
_STRING: Final = re.compile(
    rb'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"'
)
_SCALAR: Final = re.compile(
    rb"(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)(?![0-9A-Za-z.])"
    rb"|(?P<literal>true|false|null)|(?P<constant>NaN|-?Infinity)"
)
_OPENERS: Final = {0x7B: 0x7D, 0x5B: 0x5D}
_OBJECT_END: Final = 0x7D


@dataclass(slots=True)
class Element:
    """One record of a body: where it stands, its members if it is an object, its first flaw."""

    start: int
    end: int = 0
    members: dict[str, tuple[int, int]] | None = None
    flaw: tuple[tuple[str | int, ...], str] | None = None


@dataclass(slots=True)
class _Open:
    """An object or array whose end has not come yet."""

    closer: int
    place: str | int = 0
    seen: set[str] = field(default_factory=set)


def scan(text: bytes) -> tuple[Layout, list[Element]]:
    """Find the elements of a body: of its array, its lines, or its only value."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise Malformed("the body is not UTF-8", offset=error.start) from error
    position = _skip(text, 0)
    if position == len(text):
        raise Malformed("the body is empty", offset=position)
    if text[position] == 0x5B:
        return "array", _array(text, position)
    elements = [_element(text, position)]
    position = _skip(text, elements[-1].end)
    while position < len(text):
        if b"\n" not in text[elements[-1].end : position]:
            raise Malformed("the body goes on after its value", offset=position)
        elements.append(_element(text, position))
        position = _skip(text, elements[-1].end)
    return ("lines" if len(elements) > 1 else "one"), elements


def pointer(path: tuple[str | int, ...]) -> str:
    """Write a path as a JSON Pointer."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts).encode(errors="backslashreplace").decode()


def _array(text: bytes, position: int) -> list[Element]:
    elements: list[Element] = []
    position = _skip(text, position + 1)
    if text[position : position + 1] == b"]":
        position += 1
    else:
        while True:
            elements.append(_element(text, position))
            position = _skip(text, elements[-1].end)
            mark = text[position : position + 1]
            if mark == b"]":
                position += 1
                break
            if mark != b",":
                raise _unexpected(text, position)
            position = _skip(text, position + 1)
    position = _skip(text, position)
    if position < len(text):
        raise Malformed("the body goes on after its array", offset=position)
    return elements


def _element(text: bytes, position: int) -> Element:
    return _Walk(text, position).run()


class _Walk:
    """One pass over one element, without recursion."""

    __slots__ = ("_element", "_member_start", "_open", "_position", "_text")

    def __init__(self, text: bytes, position: int) -> None:
        self._text = text
        self._position = position
        self._open: list[_Open] = []
        self._element = Element(position)
        self._member_start = position

    def run(self) -> Element:
        if self._text[self._position : self._position + 1] == b"{":
            self._element.members = {}
        while True:
            if not self._value():
                continue
            if self._after_value():
                self._element.end = self._position
                return self._element

    def _value(self) -> bool:
        """Read a scalar or an opener; return whether a whole value is behind us."""
        text, position = self._text, self._position
        if position >= len(text):
            raise _unexpected(text, position)
        first = text[position]
        if len(self._open) == 1:
            self._member_start = position
        if first in _OPENERS:
            return self._opened(_OPENERS[first])
        if first == 0x22:
            self._string(as_key=False)
            return True
        match = _SCALAR.match(text, position)
        if match is None:
            raise _unexpected(text, position)
        if match.lastgroup == "constant":
            self._flaw(f"{match.group().decode()} is not a JSON number")
        elif match.lastgroup == "number" and len(match.group()) > 18:
            self._number(match.group())
        self._position = match.end()
        return True

    def _opened(self, closer: int) -> bool:
        self._open.append(_Open(closer))
        if len(self._open) > MAX_DEPTH:
            self._flaw(f"nested deeper than {MAX_DEPTH} levels")
        self._position = _skip(self._text, self._position + 1)
        if self._text[self._position : self._position + 1] == bytes([closer]):
            self._open.pop()
            self._position += 1
            return True
        if closer == _OBJECT_END:
            self._key()
        return False

    def _after_value(self) -> bool:
        """Close what ends here; return whether the element is complete."""
        while self._open:
            if len(self._open) == 1 and self._element.members is not None:
                key = str(self._open[0].place)
                self._element.members[key] = (self._member_start, self._position)
            self._position = _skip(self._text, self._position)
            mark = self._text[self._position : self._position + 1]
            container = self._open[-1]
            if mark == b",":
                self._position = _skip(self._text, self._position + 1)
                if container.closer == _OBJECT_END:
                    self._key()
                else:
                    assert isinstance(container.place, int)
                    container.place += 1
                return False
            if mark != bytes([container.closer]):
                raise _unexpected(self._text, self._position)
            self._open.pop()
            self._position += 1
        return True

    def _key(self) -> None:
        container = self._open[-1]
        if self._text[self._position : self._position + 1] != b'"':
            raise _unexpected(self._text, self._position)
        key = self._string(as_key=True)
        container.place = key
        if key in container.seen:
            self._flaw("the key stands here twice")
        container.seen.add(key)
        self._position = _skip(self._text, self._position)
        if self._text[self._position : self._position + 1] != b":":
            raise _unexpected(self._text, self._position)
        self._position = _skip(self._text, self._position + 1)

    def _string(self, *, as_key: bool) -> str:
        match = _STRING.match(self._text, self._position)
        if match is None:
            raise Malformed("a string is not well-formed", offset=self._position)
        self._position = match.end()
        lexeme = match.group()
        if b"\\" not in lexeme:
            return lexeme[1:-1].decode() if as_key else ""
        value: str = json.loads(lexeme)
        try:
            value.encode()
        except UnicodeEncodeError:
            if as_key:
                self._open[-1].place = value
            self._flaw("holds a lone surrogate, which is not a character")
        return value

    def _number(self, lexeme: bytes) -> None:
        try:
            decode(lexeme)
        except Malformed as error:
            self._flaw(error.message)

    def _flaw(self, reason: str) -> None:
        if self._element.flaw is None:
            self._element.flaw = (tuple(container.place for container in self._open), reason)


def _skip(text: bytes, position: int) -> int:
    match = _SPACE.match(text, position)
    assert match is not None
    return match.end()


def _unexpected(text: bytes, position: int) -> Malformed:
    if position >= len(text):
        return Malformed("the body ends in the middle of a value", offset=len(text))
    found = text[position : position + 12].decode(errors="replace")
    return Malformed(f"unexpected {found!r} in the body", offset=position)
