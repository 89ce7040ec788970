"""Whether a page fits its window."""

from __future__ import annotations

import time

from playwright.sync_api import Page

_PATIENCE_SECONDS = 60
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def expect_to_fit(page: Page) -> None:
    """Fail if the page scrolls sideways once it has settled: the navigation slides away first."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (too_wide := page.evaluate(_TOO_WIDE)) > 0:
        assert time.monotonic() < until, f"the page is {too_wide} pixels too wide"
        page.wait_for_timeout(50)
