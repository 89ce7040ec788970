"""What a request says about who sends it: its Authorization header, or a browser's cookie."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Final

COOKIE: Final = "headwater_token"


def credentials_of(authorization: str | None, cookie: str | None) -> str | None:
    """Return what to identify the sender by: the header, else the token of a signed-in browser.

    The cookie is SameSite=Strict, and writes of foreign pages are refused besides.
    """
    if authorization is not None or cookie is None or COOKIE not in cookie:
        return authorization
    try:
        found = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else f"Bearer {found.value}"
