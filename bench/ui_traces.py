"""How the page of a trace bears ten thousand spans: until it is there, and while it scrolls.

A real Chromium on a real server. The time to open is the browser's own, from the start of the
navigation to the frame in which rows stand; the length of tasks is read off Chromium's trace, in
work of the page's main thread and not of the wall clock, so that other processes do not count.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from bench._sent_traces import send_trace
from bench._whole_server import whole_server

CHROMIUM: Final = "/usr/bin/chromium"
SPANS: Final = 10_000
ROUNDS: Final = 5
STEPS: Final = 60
_TASK: Final = "ThreadControllerImpl::RunTask"
_CATEGORIES: Final = ["toplevel", "devtools.timeline", "__metadata", "blink.user_timing"]
# The page itself notes when its rows are in the document, at the next frame.
_WATCH: Final = """
new MutationObserver((_, observer) => {
  if (!document.querySelector('[role=treegrid] [role=row][aria-level]')) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.opened = performance.now(); });
}).observe(document, {childList: true, subtree: true});
"""
_OPENED: Final = "new Promise((tell) => requestAnimationFrame(() => tell(window.opened)))"


def run() -> list[dict[str, Any]]:
    """Measure opening, scrolling and closing of subtrees."""
    with whole_server() as url, sync_playwright() as playwright:
        trace, small = send_trace(url, spans=SPANS), send_trace(url, spans=10, seed=2)
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        address, beside = (f"{url}/ui/traces/trace?id={one.trace_id}" for one in (trace, small))
        _open(browser, address).close()  # the store is opened at the first question
        opened, opened_small = [], []
        for _ in range(ROUNDS):
            opened.append(_opening(browser, address))
            opened_small.append(_opening(browser, beside))
        page = browser.new_page(viewport={"width": 1360, "height": 860})
        opening = _tasks(browser, page, lambda: _go(page, address))
        scrolling = _tasks(browser, page, lambda: _scroll(page))
        folding = _tasks(browser, page, lambda: _fold(page))
        browser.close()
    worst = f"worst {max(opened):.0f} ms; 10 spans {statistics.median(opened_small):.0f} ms"
    return [
        {
            "name": f"address to rows, trace of {SPANS:,} spans",
            "value": round(statistics.median(opened)),
            "unit": "ms",
            "floor": 1_000,
            "aim": 500,
            "peer": worst,
        },
        {
            "name": "work of the main thread until then",
            "value": round(sum(opening)),
            "unit": "ms",
        },
        _result("longest task until then", max(opening)),
        _result("longest task while scrolling", max(scrolling)),
        _result("longest task while closing and opening", max(folding)),
    ]


def _open(browser: Browser, address: str) -> Page:
    """Open a trace in a browser that knows nothing of it yet."""
    page = browser.new_page(viewport={"width": 1360, "height": 860})
    page.add_init_script(_WATCH)
    _go(page, address)
    return page


def _go(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[role=treegrid] [role=row][aria-level]").first.wait_for()


def _opening(browser: Browser, address: str) -> float:
    """Return the milliseconds from an address to the rows."""
    page = _open(browser, address)
    milliseconds = float(page.evaluate(_OPENED))
    page.close()
    return milliseconds


def _scroll(page: Page) -> None:
    page.get_by_role("treegrid").hover()
    for _ in range(STEPS):
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(16)


def _fold(page: Page) -> None:
    page.get_by_role("treegrid").focus()
    page.keyboard.press("Home")
    for key in ("ArrowLeft", "ArrowRight") * 3:
        page.keyboard.press(key)
        page.wait_for_timeout(50)


def _tasks(browser: Browser, page: Page, act: Callable[[], None]) -> list[float]:
    """Return the tasks of the page's main thread, in milliseconds of that thread's work."""
    browser.start_tracing(page=page, categories=_CATEGORIES)
    act()
    page.evaluate("performance.mark('measured')")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "measured" and "blink.user_timing" in event.get("cat", "")
    }
    return [
        event["tdur"] / 1_000
        for event in events
        if event["name"] == _TASK and (event["pid"], event["tid"]) in threads and "tdur" in event
    ]


def _result(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 1), "unit": "ms", "floor": 50.0, "aim": 16.7}
