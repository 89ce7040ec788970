"""Whether a page, and what opens over it, fits its window, and where things stand in it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from playwright.sync_api import Locator, Page

_PATIENCE_SECONDS = 60
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def expect_to_fit(page: Page) -> None:
    """Fail if the page scrolls sideways once it has settled: the navigation slides away first."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (too_wide := page.evaluate(_TOO_WIDE)) > 0:
        assert time.monotonic() < until, f"the page is {too_wide} pixels too wide"
        page.wait_for_timeout(50)


def expect_inside(page: Page, opened: Locator) -> tuple[float, float]:
    """Fail unless what opened comes to lie in the window; return its room to the left and right."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        box, window = opened.bounding_box(), page.viewport_size
        assert window is not None
        if box is not None:
            left, right = box["x"], window["width"] - box["x"] - box["width"]
            if left >= 0 and right >= 0:
                return left, right
        assert time.monotonic() < until, f"{box} is not inside {window}"
        page.wait_for_timeout(50)


def expect_in_order(page: Page, drawn: Sequence[Locator]) -> None:
    """Fail unless each comes to stand right of the one before."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        boxes = [one.bounding_box() for one in drawn]
        places = [box["x"] for box in boxes if box is not None]
        if len(places) == len(drawn) and places == sorted(set(places)):
            return
        assert time.monotonic() < until, f"they stand at {places}"
        page.wait_for_timeout(50)
