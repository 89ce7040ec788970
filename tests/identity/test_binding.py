"""Only this machine is served until someone says otherwise."""

from __future__ import annotations

import pytest

from headwater.errors import Denied
from headwater.identity.binding import check_binding

HERE = ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"]
BEYOND = ["0.0.0.0", "::", "10.0.0.1", "192.168.1.2", "example.org", "", "127.0.0.1.nip.io"]


@pytest.mark.parametrize("host", HERE)
def test_loopback_is_always_allowed(host: str) -> None:
    check_binding(host, has_tokens=False, insecure=False)


@pytest.mark.parametrize("host", BEYOND)
def test_elsewhere_is_refused_without_a_token(host: str) -> None:
    with pytest.raises(Denied) as caught:
        check_binding(host, has_tokens=False, insecure=False)
    assert caught.value.hint is not None
    assert "headwater token create" in caught.value.hint
    assert "--insecure" in caught.value.hint


@pytest.mark.parametrize("host", BEYOND)
def test_elsewhere_is_allowed_with_tokens_or_on_demand(host: str) -> None:
    check_binding(host, has_tokens=True, insecure=False)
    check_binding(host, has_tokens=False, insecure=True)
