"""The web UI as people meet it: built, served by the real server, opened in a real Chromium.

`HEADWATER_BROWSER_DATA` names a folder that `headwater demo --once --data` filled, to save the
minute that filling one takes; it is copied, and as tables know where their files are, only the
rows of a folder that is named by `HEADWATER_BROWSER_LAKE`, which is served itself, can be read.
Pictures go to `tests/browser/pictures`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.journey.test_first_minutes import serving

ROOT = Path(__file__).parent.parent.parent
PICTURES = Path(__file__).parent / "pictures"
CHROMIUM = "/usr/bin/chromium"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
FILLED = os.environ.get("HEADWATER_BROWSER_DATA")
SERVED = os.environ.get("HEADWATER_BROWSER_LAKE")
# What fades in has too little contrast until it is there. What goes on for ever is not waited for.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter(one => one.playState === "running")
    .filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime))
    .map(one => one.finished.catch(() => undefined)))"""

Snap = Callable[[str], Path]

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with all that the demo makes."""
    if SERVED:
        return Path(SERVED)
    folder = tmp_path_factory.mktemp("lake") / "data"
    if FILLED:
        shutil.copytree(FILLED, folder)
        return folder
    command = [sys.executable, "-m", "headwater", "demo", "--once", "--json", "--data"]
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, check=False, timeout=1500
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def url(lake: Path) -> Iterator[str]:
    """A server of the demo's lake."""
    with serving(lake) as (address, _):
        yield address


@pytest.fixture(scope="session")
def empty_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a lake in which nothing is yet."""
    with serving(tmp_path_factory.mktemp("empty") / "data") as (address, _):
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser for all tests."""
    if not Path(CHROMIUM).exists():
        said = "Chromium is not here: apt-get install --no-install-recommends chromium"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a browser of its own, which must write no error to its console.

    Two things are kept out: an answer of 4xx that a test provokes, and where the page goes; every
    request must stay on the host.
    """
    context = chromium.new_context(viewport={"width": 1360, "height": 860}, color_scheme="light")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    said: list[str] = []
    strangers: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
            else strangers.append(request.url)
        ),
    )
    yield opened
    context.close()
    assert not said
    assert not strangers


@pytest.fixture
def snap(page: Page) -> Snap:
    """Keep a picture of the page, for people to look at."""

    def take(name: str) -> Path:
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path)
        return path

    return take


@pytest.fixture
def accessible(page: Page) -> Callable[[], None]:
    """Fail if axe finds anything on the page once it has settled (WCAG 2.2 A and AA)."""

    def check() -> None:
        page.evaluate(SETTLED)
        page.evaluate(AXE.read_text())
        found: list[dict[str, Any]] = page.evaluate(
            """async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a',
               'wcag21aa', 'wcag22aa', 'best-practice']})).violations.map(v => ({id: v.id,
               help: v.help,
               nodes: v.nodes.map(n => `${n.html.slice(0, 200)} ${n.failureSummary}`)}))"""
        )
        assert not found, json.dumps(found, indent=1)

    return check
