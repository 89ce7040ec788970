"""Cancelling a run of a pipeline by click, on its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.sending import send
from tests.journey.test_first_minutes import request, serving

NAME = "waits_until_told"
PIPELINE = f'''
import time

from headwater.sdk.pipeline import Pipeline

pipeline = Pipeline("{NAME}", description="Waits until somebody stops it.")


@pipeline.extract
def wait(context):
    while not context.is_cancelled:
        time.sleep(0.01)
    return []


@pipeline.load
def never(context, records):
    raise AssertionError("a cancelled run does not reach its next stage")
'''


@pytest.fixture
def waiting_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of this test alone that knows a pipeline which waits."""
    site = tmp_path / "site"
    about = site / "waiting_pipeline-1.dist-info"
    about.mkdir(parents=True)
    (site / "waiting_pipeline.py").write_text(PIPELINE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: waiting-pipeline\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        f"[headwater.pipelines]\n{NAME} = waiting_pipeline:pipeline\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))
    with serving(tmp_path / "data") as (url, _):
        yield url


def started(url: str) -> str:
    """Start a run of the pipeline and return its id."""
    run: dict[str, str] = send(f"{url}/api/v1/pipeline/run", {"pipeline": NAME})
    return run["id"]


def test_a_run_of_a_pipeline_is_cancelled_by_a_click(
    page: Page, waiting_url: str, snap, accessible
) -> None:
    page.goto(f"{waiting_url}/ui/jobs")
    page.get_by_role("button", name="Run", exact=True).click()
    form = page.get_by_role("form", name=NAME)
    form.get_by_role("button", name="Start with parameters").click()
    form.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="To the run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Run of {NAME}")
    stages = page.get_by_role("table", name="Stages").first
    wait = stages.get_by_role("row").filter(has=page.get_by_role("link", name="wait", exact=True))
    never = stages.get_by_role("row").filter(has=page.get_by_role("link", name="never"))
    expect(wait).to_contain_text("running")
    expect(never).to_contain_text("waiting")
    snap("run-waiting")
    accessible()
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    cancel.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Cancel the run of {NAME}?")
    expect(dialog.get_by_role("button", name="Keep it running")).to_be_focused()
    snap("run-cancel")
    accessible()
    dialog.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("The run is cancelled")).to_be_visible()
    expect(page.get_by_role("definition").first).to_contain_text("aborted")
    expect(wait).to_contain_text("cancelled")
    expect(never).to_contain_text("cancelled")
    expect(dialog).to_have_count(0)
    expect(cancel).to_have_count(0)
    snap("run-cancelled")
    accessible()
    page.goto(f"{waiting_url}/ui/runs?{urlencode({'words': NAME, 'state': 'ABORTED'})}")
    expect(page.get_by_role("link", name=NAME, exact=True)).to_be_visible()


def test_a_run_that_is_not_to_be_cancelled_goes_on(page: Page, waiting_url: str) -> None:
    run = started(waiting_url)
    page.goto(f"{waiting_url}/ui/runs/run?id={run}")
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it running").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cancel).to_be_focused()
    assert request(f"{waiting_url}/api/v1/pipeline/run/{run}")["state"] == "RUNNING"


def test_a_cancellation_that_fails_says_why_and_is_tried_again(
    page: Page, waiting_url: str, accessible
) -> None:
    run = started(waiting_url)

    def busy(route: Route) -> None:
        said = {"title": "Busy", "detail": "the server stops", "status": 503}
        route.fulfill(status=503, json=said, content_type="application/problem+json")

    page.route("**/cancel", busy)
    page.goto(f"{waiting_url}/ui/runs/run?id={run}")
    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog = page.get_by_role("dialog")
    sure = dialog.get_by_role("button", name="Cancel the run")
    sure.click()
    expect(dialog.get_by_role("alert")).to_contain_text("the server stops")
    accessible()
    page.unroute("**/cancel")
    sure.click()
    expect(page.get_by_role("definition").first).to_contain_text("aborted")
    expect(dialog).to_have_count(0)


def test_a_run_that_ends_while_people_think_is_said_to_be_over(
    page: Page, waiting_url: str
) -> None:
    run = started(waiting_url)
    page.goto(f"{waiting_url}/ui/runs/run?id={run}")
    page.get_by_role("button", name="Cancel", exact=True).click()
    send(f"{waiting_url}/api/v1/pipeline/run/{run}/cancel", {})
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The run was over before it could be cancelled.")
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
