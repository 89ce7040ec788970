"""Path parameters that may hold any name: `{name:segment}` is one percent-encoded segment.

The application routes on the raw path, so `%2F` inside a name does not split it; this convertor
decodes the segment once it is matched.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.convertors import Convertor, register_url_convertor


class Segment(Convertor[str]):
    """Matches up to the next slash and decodes percent-encoding."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return unquote(value, errors="surrogateescape")

    def to_string(self, value: str) -> str:
        return quote(value, safe="", errors="surrogateescape")


def register_segment() -> None:
    """Make `segment` known to the router; harmless when repeated."""
    register_url_convertor("segment", Segment())
