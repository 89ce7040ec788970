"""Ports that are taken: a default warns or moves, one that was asked for is an error."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from headwater.app.listeners import Listener, bind_all, url_of
from headwater.errors import Invalid, Unavailable
from tools.free_ports import free_ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        yield busy.getsockname()[1]


def listener(port: int, *, asked: bool = False, needed: bool = False) -> Listener:
    return Listener(
        purpose="the API", host="127.0.0.1", port=port, is_asked=asked, is_needed=needed
    )


def test_a_default_port_that_is_taken_is_left_out(taken: int) -> None:
    assert bind_all([listener(taken)]) == []


def test_the_main_default_port_moves_to_a_free_one(taken: int) -> None:
    (bound,) = bind_all([listener(taken, needed=True)])
    with bound:
        assert bound.getsockname()[1] != taken


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(taken: int) -> None:
    with pytest.raises(Unavailable, match=f"port {taken} for the API is taken"):
        bind_all([listener(taken, asked=True, needed=True)])


def test_an_address_that_is_not_ours_is_named() -> None:
    strange = Listener(purpose="the API", host="192.0.2.1", port=0, is_asked=False)
    with pytest.raises(Invalid, match=r"cannot listen on 192\.0\.2\.1"):
        bind_all([strange])


def test_an_error_closes_what_was_bound_before(taken: int) -> None:
    (free,) = free_ports(1)
    with pytest.raises(Unavailable):
        bind_all([listener(free), listener(taken, asked=True)])
    (again,) = bind_all([listener(free, asked=True)])
    again.close()


def test_the_url_names_an_address_that_this_machine_reaches() -> None:
    (bound,) = bind_all([listener(0)])
    with bound:
        assert url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
