"""Texts as words for the search index, the same for what is stored and for what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

MOST_WORDS: Final = 2_000
"""Of one field of one document; more say nothing new of what it is about."""

_LONGEST: Final = 64
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words of a text in its order: letters and digits, small, without accents.

    What is written in CamelCase is there in parts and as a whole.
    """
    parted = _CAMEL.sub(" ", text)
    words = _words(parted)
    if parted != text:
        words += [word for word in _words(text) if word not in words]
    return words


def field_of(texts: Iterable[str]) -> str:
    """Return the distinct words of texts, in order, as one field of a document."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(words_of(text)))
        if len(found) > MOST_WORDS:
            break
    return " ".join(list(found)[:MOST_WORDS])


def mark_of(sign: str, *parts: str) -> str:
    """Return a word that stands for a whole value, such as a namespace, to filter by."""
    digest = blake2b(digest_size=8)
    for part in parts:
        stored = part.encode("utf-8", "surrogatepass")
        digest.update(len(stored).to_bytes(4, "big") + stored)
    return sign + digest.hexdigest()


def plain(text: str) -> str:
    """Return a text as words are compared: small letters, without accents."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c)).casefold()


def _words(text: str) -> list[str]:
    return [word[:_LONGEST] for word in _WORD.findall(plain(text))]
