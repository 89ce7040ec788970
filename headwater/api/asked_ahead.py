"""What a page of the web UI will ask first, worked out of its address before its code is there.

The build of the UI says it for each page as a template, such as
`api/v2/runs/{id}?namespace={namespace?}&limit=50`: a name in braces is a parameter of the page's
address, one with `?` may be missing, and then its member is left out, and one with `=24` is 24
where it is missing. What comes out has to be the very address that the page will ask, byte for
byte, since only then does the browser take the answer; where that is not sure nothing is asked
ahead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypedDict
from urllib.parse import quote

_PARAMETER: Final = re.compile(r"\{(\w+)(\?|=\w+)?\}")
_KEPT_BY_BROWSERS: Final = "!'()*"
# The router of the UI reads what begins so as JSON, if it is that.
_LIKE_JSON: Final = re.compile(r'\s|["\[{\d-]|fa|nu|tr')
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_LONGEST: Final = 500
"""Nobody types more; nesting that the parser cannot follow is longer."""

_WHOLE_NUMBER: Final = re.compile(r"0|[1-9]\d{0,14}")


class FirstQuestion(TypedDict):
    """A template, and which parameters of the page's address change nothing of it; None: all."""

    ask: str
    beside: list[str] | None


def address_asked(question: FirstQuestion, given: Sequence[tuple[str, str]]) -> str | None:
    """Return what a page asks for an address with these parameters; None where that is not sure."""
    values: dict[str, str] = {}
    known = {match[1] for match in _PARAMETER.finditer(question["ask"])}
    for name, text in given:
        if question["beside"] is None or name in question["beside"]:
            continue
        value = _as_read(text)
        if name not in known or name in values or not value:
            return None
        values[name] = value
    path, _, members = question["ask"].partition("?")
    filled = _filled(path, values)
    asked = [_member(member, values) for member in members.split("&") if member]
    if filled is None or None in asked:
        return None
    query = "&".join(one for one in asked if one)
    return f"{filled}?{query}" if query else filled


def _member(member: str, values: Mapping[str, str]) -> str | None:
    """Return `name=value`, nothing where the value may be missing and is, None where it may not."""
    found = _PARAMETER.search(member)
    if found is not None and found[2] == "?" and found[1] not in values:
        return ""
    return _filled(member, values)


def _filled(text: str, values: Mapping[str, str]) -> str | None:
    for found in _PARAMETER.finditer(text):
        usual = (found[2] or "").removeprefix("=")
        value = values.get(found[1], usual)
        if not value:
            return None
        text = text.replace(found[0], quote(value, safe=_KEPT_BY_BROWSERS), 1)
    return text


def _as_read(text: str) -> str | None:
    """Return a parameter as the router of the UI reads it; None for what is no plain text."""
    if len(text) > _LONGEST:
        return None
    if not _LIKE_JSON.match(text) or _WHOLE_NUMBER.fullmatch(text) or text in ("true", "false"):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) and not _SURROGATE.search(value) else None
