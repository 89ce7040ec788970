"""Bodies arrive in any pieces, compressed or not, and are never larger than the limit."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.api.bodies import leaves_body, read_body
from headwater.errors import Malformed, TooLarge, Unprocessable

LIMIT = 1000


def read(*chunks: bytes, encoding: bytes | None = None, limit: int = LIMIT) -> bytes:
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    waiting = iter(messages)

    async def receive():
        return next(waiting)

    return asyncio.run(read_body(receive, encoding=encoding, most_bytes=limit))


@given(body=st.binary(max_size=LIMIT), cuts=st.lists(st.integers(0, LIMIT), max_size=4))
def test_pieces_make_the_body_again(body: bytes, cuts: list[int]) -> None:
    if body[:2] == b"\x1f\x8b":
        return
    at = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    assert read(*(body[a:b] for a, b in pairwise(at))) == body


@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_gzip_members_are_joined(parts: list[bytes]) -> None:
    sent = b"".join(gzip.compress(part) for part in parts)
    assert read(sent, encoding=b"gzip") == b"".join(parts)
    assert read(sent) == b"".join(parts)  # some clients do not say so


def test_plain_body_that_claims_gzip_is_taken_as_it_is() -> None:
    assert read(b"{}", encoding=b"gzip") == b"{}"


def test_limit_is_allowed_and_one_more_is_not() -> None:
    assert len(read(b"x" * LIMIT)) == LIMIT
    with pytest.raises(TooLarge, match="1000 bytes"):
        read(b"x" * LIMIT, b"x")


def test_limit_holds_after_inflation() -> None:
    assert len(read(gzip.compress(b"x" * LIMIT))) == LIMIT
    with pytest.raises(TooLarge):
        read(gzip.compress(b"x" * (LIMIT + 1)))


def test_bomb_is_refused_without_being_inflated() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with pytest.raises(TooLarge):
        read(bomb, limit=100_000)


def test_bomb_of_many_members_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(gzip.compress(b"\0" * 400) * 3)


def test_honest_ratio_of_36_to_1_passes() -> None:
    body = b"\0" * 36_000
    sent = gzip.compress(body)
    assert len(body) / len(sent) > 36
    assert read(sent, limit=36_000) == body


def test_torn_gzip_is_malformed_at_its_end() -> None:
    sent = gzip.compress(b"hello")[:-4]
    with pytest.raises(Malformed, match="too early") as caught:
        read(sent)
    assert caught.value.offset == len(sent)


def test_garbage_behind_the_magic_is_malformed() -> None:
    with pytest.raises(Malformed, match="gzip"):
        read(b"\x1f\x8b" + b"nonsense" * 4)


@pytest.mark.parametrize("encoding", [b"br", b"deflate", b"zstd", b"gzip, gzip"])
def test_other_encodings_are_named(encoding: bytes) -> None:
    with pytest.raises(Unprocessable, match=encoding.decode()):
        read(zlib.compress(b"hello"), encoding=encoding)


def test_client_that_goes_away_is_malformed() -> None:
    waiting = iter(
        [
            {"type": "http.request", "body": b"abc", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive():
        return next(waiting)

    with pytest.raises(Malformed) as caught:
        asyncio.run(read_body(receive, encoding=None, most_bytes=10))
    assert caught.value.offset == 3


@pytest.mark.parametrize(
    ("status", "headers", "is_left"),
    [
        (413, {}, True),
        (401, {b"content-length": b"65537"}, True),
        (403, {b"transfer-encoding": b"chunked"}, True),
        (401, {b"content-length": b"65536"}, False),
        (404, {b"transfer-encoding": b"chunked"}, False),
    ],
)
def test_refused_body_that_may_be_long_is_not_read_to_its_end(
    status: int, headers: dict[bytes, bytes], is_left: bool
) -> None:
    assert leaves_body(status, headers) == is_left
