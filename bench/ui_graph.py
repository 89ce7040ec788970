"""How the lineage page bears large graphs: main-thread tasks while it pans, and while it arranges.

A real Chromium on a real server: more than 500 cards with 2,000 edges are panned with the mouse,
then as many of 10,000 nodes as one answer holds are arranged. The length of tasks is read off
Chromium's own trace (`ThreadControllerImpl::RunTask` of the page's main thread), so that nothing
is measured by a script that the tasks themselves hold up.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from bench._graph_events import bodies, graph_events
from bench._whole_server import whole_server

CHROMIUM: Final = "/usr/bin/chromium"
STEPS: Final = 60
_TASK: Final = "ThreadControllerImpl::RunTask"
_CATEGORIES: Final = ["toplevel", "devtools.timeline", "__metadata", "blink.user_timing"]
_DRAWN: Final = "[data-testid=lineage-graph][aria-busy=false] article"


def run() -> list[dict[str, Any]]:
    """Measure both graphs, each on a server of its own."""
    results = []
    with _page_on(jobs=320, tables=320, edges=3_000) as (browser, page, url):
        results += _panning(browser, page, url)
    with _page_on(jobs=5_000, tables=5_000, edges=15_000) as (browser, page, url):
        results += _arranging(browser, page, url)
    return results


def _panning(browser: Browser, page: Page, url: str) -> list[dict[str, Any]]:
    node = "dataset:bench:layer_5.table_125"
    page.goto(f"{url}/ui/lineage?node={node}&depth=100&budget=2000&layers=[]")
    page.locator(_DRAWN).first.wait_for()
    cards, arrows = _counts(page)
    page.get_by_role("button", name="Fit to screen").click()
    page.wait_for_timeout(1_000)
    whole = _longest(browser, page, lambda: _drag(page))
    page.get_by_role("button", name="To the start").click()
    page.wait_for_timeout(1_000)
    near = _longest(browser, page, lambda: _drag(page))
    beside = f"{cards} cards, {arrows} arrows"
    return [
        _result("longest task while panning, whole graph in sight", whole, "ms", beside=beside),
        _result("longest task while panning, near", near, "ms", beside=beside),
    ]


def _arranging(browser: Browser, page: Page, url: str) -> list[dict[str, Any]]:
    node = "dataset:bench:layer_100.table_2500"
    began = time.perf_counter()

    def open_it() -> None:
        page.goto(f"{url}/ui/lineage?node={node}&depth=100&budget=10000&layers=[]")
        page.locator(_DRAWN).first.wait_for(timeout=120_000)

    page.goto(f"{url}/ui/lineage")
    page.wait_for_timeout(1_000)
    began = time.perf_counter()
    open_it()
    seconds = time.perf_counter() - began
    cards, arrows = _counts(page)
    page.wait_for_timeout(1_000)
    panning = _longest(browser, page, lambda: _drag(page))
    beside = f"{cards} cards, {arrows} arrows"
    return [
        _result("10,000 nodes: address to cards", seconds, "s", floor=None, beside=beside),
        _result("10,000 nodes: longest task while panning", panning, "ms", beside=beside),
    ]


def _drag(page: Page) -> None:
    """Pan with the mouse as a person does, a step for each frame, there and back."""
    box = page.get_by_test_id("lineage-graph").bounding_box()
    assert box is not None
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] - 60
    page.mouse.move(left, top)
    page.mouse.down()
    for step in range(STEPS):
        away = step if step < STEPS / 2 else STEPS - step
        page.mouse.move(left + away * 8, top - away * 8)
        page.wait_for_timeout(16)
    page.mouse.up()


def _longest(browser: Browser, page: Page, act: Callable[[], None]) -> float:
    """Return the longest task of the page's main thread, in milliseconds of that thread's work.

    Not of the wall clock, as other processes of a busy machine would be counted with it.
    """
    page.evaluate("performance.mark('measured')")
    browser.start_tracing(page=page, categories=_CATEGORIES)
    page.evaluate("performance.mark('measured')")
    act()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "measured" and "blink.user_timing" in event.get("cat", "")
    }
    tasks = [
        event["tdur"] / 1_000
        for event in events
        if event["name"] == _TASK and (event["pid"], event["tid"]) in threads and "tdur" in event
    ]
    assert tasks, "the trace has no tasks of the page"
    return max(tasks)


def _counts(page: Page) -> tuple[int, int]:
    said = page.get_by_test_id("lineage-graph").get_by_role("status").inner_text()
    cards, arrows = (int("".join(c for c in part if c.isdigit())) for part in said.split(", ", 1))
    return cards, arrows


@contextmanager
def _page_on(**size: int) -> Iterator[tuple[Browser, Page, str]]:
    with (
        whole_server() as url,
        sync_playwright() as playwright,
    ):
        for body in bodies(graph_events(**size)):
            request = Request(f"{url}/api/v1/lineage", body, {"Content-Type": "application/json"})
            urlopen(request, timeout=120).read()
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 1360, "height": 860})
        page.set_default_timeout(60_000)
        yield browser, page, url
        browser.close()


def _result(name: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    marks = {"floor": 50.0, "aim": 16.7} if unit == "ms" else {}
    return {"name": name, "value": value, "unit": unit, **marks, "peer": more.get("beside", "")}
