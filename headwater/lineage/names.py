"""Names as bytes, with a form for people: databases refuse what producers send."""

from __future__ import annotations


def to_bytes(name: str) -> bytes:
    """Return the stored form of a name; lone surrogates are kept."""
    return name.encode("utf-8", "surrogatepass")


def from_bytes(stored: bytes) -> str:
    """Return the name as sent."""
    return stored.decode("utf-8", "surrogatepass")


def display(name: str) -> str:
    """Return a name with NUL and lone surrogates replaced, for people and for search."""
    if name.isascii() and "\0" not in name:
        return name
    return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in name)
