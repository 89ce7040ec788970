"""Makes the pictures of `docs/pictures`: the web UI, in a real Chromium, with the demo's data.

    python -m tools.pictures           fill a lake with the demo, which takes a minute or two
    python -m tools.pictures FOLDER    the data directory that `headwater demo --once` has filled;
                                       a trace is added to it

The UI is the one that `make ui` built. CHROMIUM names another browser than /usr/bin/chromium.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from playwright.sync_api import Page, expect, sync_playwright

from bench._sent_traces import send_log, send_trace

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "pictures"
PATIENCE_SECONDS: Final = 60
SHARPNESS: Final = 1.25
WIDTH: Final = 1360
SPANS: Final = 10_000
WEATHER: Final = "dataset:headwater:curated.flights_weather"
FIRST: Final = "SELECT count(*) AS rows FROM curated.flights_weather"
BY_WIND: Final = """\
SELECT round(wind_speed, -1) AS wind, count(*) AS flights,
  round(avg(dep_delay), 1) AS minutes_late
FROM curated.flights_weather
WHERE wind_speed < 45 GROUP BY wind ORDER BY wind"""

_SETTLED: Final = """async () => {
  await document.fonts.ready;
  const fading = document.getAnimations()
    .filter(one => one.playState === "running")
    .filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime));
  await Promise.all(fading.map(one => one.finished.catch(() => undefined)));
}"""


def home(page: Page, url: str) -> None:
    """Open the start page: the verdict, runs, freshness, what changed."""
    page.goto(f"{url}/ui/")
    expect(page.get_by_text("The lake is well")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Records per half hour"))
    expect(chart.locator("canvas")).to_be_visible()


def lineage(page: Page, url: str) -> None:
    """Light the path of a column through three zones."""
    asked = urlencode({"node": WEATHER, "depth": 3, "show": "tables", "selected": WEATHER})
    page.goto(f"{url}/ui/lineage?{asked}")
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("searchbox", name="Find a column").fill("carrier")
    panel.get_by_role("button", name="carrier").click()
    expect(page.locator("[data-lit=values]").first).to_be_visible()


def sql(page: Page, url: str) -> None:
    """Ask a question, and show what it read."""
    # The first statement waits for the process that answers them, which is not to be seen.
    for statement in (FIRST, BY_WIND):
        page.goto(f"{url}/ui/sql?{urlencode({'statement': statement})}")
        answer = page.get_by_role("grid", name="Answer")
        expect(answer.get_by_role("row").nth(1)).to_be_visible()


def trace(page: Page, url: str) -> None:
    """Go to the error of a trace of many spans."""
    sent = send_trace(url, spans=SPANS)
    send_log(url, sent, "no entry after midnight")
    page.goto(f"{url}/ui/traces/trace?id={sent.trace_id}")
    page.get_by_role("button", name="Next error").click()
    span = page.get_by_role("complementary", name="Span")
    expect(span).to_contain_text("no entry after midnight")


SCENES: Final[dict[str, tuple[Callable[[Page, str], None], int]]] = {
    "home": (home, 1_310),
    "lineage": (lineage, 860),
    "sql": (sql, 860),
    "trace": (trace, 900),
}
"""The pictures by name, each with what is done on the page, and a height that it fits into."""


def take(url: str, target: Path) -> None:
    """Write every picture below a folder."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        for name, (scene, height) in SCENES.items():
            page = browser.new_page(
                viewport={"width": WIDTH, "height": height},
                device_scale_factor=SHARPNESS,
                color_scheme="light",
            )
            scene(page, url)
            page.mouse.move(0, 0)
            page.evaluate(_SETTLED)
            path = target / f"{name}.png"
            page.screenshot(path=path, caret="hide")
            page.close()
            print(f"{name}.png  {path.stat().st_size / 1000:,.0f} kB", flush=True)
        browser.close()


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """Serve a data directory on free ports; gives the address."""
    ports = ["--port", "0", "--web-port", "0", "--otlp-port", "0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "headwater", "up", "--data", str(data), *ports],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        for line in server.stdout:
            if found := re.search(r"Web UI\s+(http://\S+)/ui/", line):
                yield found[1]
                return
        raise SystemExit(f"the server of {data} did not start")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE_SECONDS)


@contextmanager
def filled(arguments: Sequence[str]) -> Iterator[Path]:
    """Give the folder that is named, or a new one that the demo has filled."""
    if arguments:
        yield Path(arguments[0]).resolve(strict=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "headwater", "demo", "--once", "--data", str(data)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield data


def main(arguments: Sequence[str]) -> int:
    """Make every picture again; returns the exit code."""
    if len(arguments) > 1 or any(one.startswith("-") for one in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    with filled(arguments) as data, serving(data) as url:
        take(url, PICTURES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
