"""How soon each view of the web UI shows what people came for, in a lake of 100,000 datasets.

A real Chromium on a real server, each time in a browser that has nothing of the UI kept. A view is
there at the first frame with what it is about: a verdict, rows, cards. The work of the page is
Chromium's own account of its main thread (`TaskDuration`), that of the server is the processor
time of its processes, so that both mean something on a machine that others use too.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from playwright.sync_api import Browser, sync_playwright

from bench._lineage_many import job_name, namespace_of, run_id
from bench._many_datasets import HUB, NAMESPACE, RUNS, send_many_datasets
from bench._processor_time import processor_seconds
from bench._sent_traces import send_trace
from bench._whole_server import RunningServer, running_server

CHROMIUM: Final = "/usr/bin/chromium"
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "5"))
TRACES: Final = 40
PATIENCE_MILLISECONDS: Final = 60_000
_ROWS: Final = "main tbody tr td a[href], main tbody tr th a[href]"
# The page itself notes when what is wanted is in the document, after the frame that shows it.
_WATCH: Final = """
window.opening = new Promise((tell, fail) => {
  const wanted = WANTED;
  setTimeout(() => fail(new Error(`nothing there is ${wanted}`)), PATIENCE);
  new MutationObserver((_, observer) => {
    if (!document.querySelector(wanted)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => tell(performance.now())));
  }).observe(document, {childList: true, subtree: true, attributes: true});
});
"""
_PAINTED: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An address of the UI, and what stands there once it shows what it is about."""

    name: str
    path: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How long a view took to be there, and what work that was, in milliseconds."""

    there: float
    painted: float
    page: float
    script: float
    server: float


def views() -> list[View]:
    """Return every view with what it is measured by."""
    dataset = {"namespace": NAMESPACE, "name": HUB}
    job = {"namespace": namespace_of(10), "name": job_name(10)}
    return [
        View(name="home", path="", wanted="main section[data-tone] h2"),
        View(name="tables", path="tables", wanted=_ROWS),
        View(name="tables by words", path="tables?words=clean", wanted=_ROWS),
        View(name="a table", path=f"tables/table?{urlencode(dataset)}", wanted="main td"),
        View(name="jobs", path="jobs", wanted=_ROWS),
        View(name="a job", path=f"jobs/job?{urlencode(job)}", wanted="main td a[href]"),
        View(name="runs", path="runs", wanted=_ROWS),
        View(name="a run", path=f"runs/run?id={run_id(RUNS - 1)}", wanted="main [role=tabpanel] a"),
        View(
            name="lineage of a hub",
            path=f"lineage?node=dataset:{NAMESPACE}:{HUB}",
            wanted="[data-testid=lineage-graph][aria-busy=false] article",
        ),
        View(name="search", path="search?words=crane", wanted="main ol li a[href]"),
        View(name="traces", path="traces", wanted=_ROWS),
        View(name="events", path="events", wanted="main td"),
    ]


def run() -> list[dict[str, Any]]:
    """Measure each view in a large lake, in browsers that know nothing of the UI yet."""
    with running_server() as server, _browser() as browser:
        send_many_datasets(server.url)
        for seed in range(TRACES):
            send_trace(server.url, spans=20, seed=seed)
        return [one for view in views() for one in measured(browser, server, view)]


def measured(browser: Browser, server: RunningServer, view: View) -> list[dict[str, Any]]:
    """Return the figures of a view, the middle one of some rounds after a first."""
    _open(browser, server, view)
    rounds = [_open(browser, server, view) for _ in range(ROUNDS)]

    def middle(of: Callable[[Opened], float]) -> int:
        return round(statistics.median(of(one) for one in rounds))

    work = f"page {middle(lambda one: one.page)} ms (script {middle(lambda one: one.script)} ms)"
    beside = f"{work}, first paint {middle(lambda one: one.painted)} ms"
    return [
        {
            "name": f"{view.name}: address to content",
            "value": middle(lambda one: one.there),
            "unit": "ms",
            "floor": 1_000,
            "aim": 500,
            "peer": beside,
        },
        {
            "name": f"{view.name}: work of the server",
            "value": middle(lambda one: one.server),
            "unit": "ms",
        },
    ]


def _open(browser: Browser, server: RunningServer, view: View) -> Opened:
    """Open a view in a browser that has nothing of the UI."""
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.add_init_script(_watch(view))
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = processor_seconds(server.pid)
    page.goto(f"{server.url}/ui/{view.path}", wait_until="commit")
    there = float(page.evaluate("window.opening"))
    said = session.send("Performance.getMetrics")["metrics"]
    used = processor_seconds(server.pid) - before
    figures = {one["name"]: one["value"] * 1_000 for one in said}
    opened = Opened(
        there=there,
        painted=float(page.evaluate(_PAINTED)),
        page=figures["TaskDuration"],
        script=figures["ScriptDuration"],
        server=used * 1_000,
    )
    context.close()
    return opened


def _watch(view: View) -> str:
    wanted = _WATCH.replace("WANTED", json.dumps(view.wanted))
    return wanted.replace("PATIENCE", str(PATIENCE_MILLISECONDS))


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
