"""The pages of runs: what ran, why it failed, what is different from another run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sizes import expect_to_fit

FAILED_JOB = "processed_to_curated.station_weather"


def test_runs_stand_along_the_time_with_children_below_parents(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(f"{url}/ui/runs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Runs")
    table = page.get_by_role("table", name="Runs, the newest first")
    expect(table.get_by_role("link", name="refresh", exact=True).first).to_be_visible()
    expect(table.get_by_role("link", name=FAILED_JOB).first).to_be_visible()
    snap("runs")
    accessible()
    page.get_by_label("Fold children").check(force=True)
    expect(page).to_have_url(re.compile("fold=true"))
    expect(table.get_by_role("link", name=FAILED_JOB)).to_have_count(0)
    table.get_by_role("button", name="Runs below refresh").first.click()
    expect(table.get_by_role("link", name="raw_to_processed", exact=True).first).to_be_visible()


def test_runs_are_filtered_by_state_job_and_time(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/runs")
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="failed").click()
    expect(page).to_have_url(re.compile("state=FAILED"))
    table = page.get_by_role("table", name="Runs, the newest first")
    expect(table.get_by_text("complete", exact=True)).to_have_count(0)
    page.get_by_role("searchbox", name="Job").fill("station")
    expect(table.get_by_role("link", name=FAILED_JOB).first).to_be_visible()
    parents = table.get_by_role("link", name="processed_to_curated", exact=True)
    expect(parents.first).to_be_visible()
    expect(table.get_by_role("link", name="raw_to_processed", exact=True)).to_have_count(0)
    page.get_by_role("combobox", name="Time").click()
    page.get_by_role("option", name="From … to …").click()
    page.get_by_label("To", exact=True).fill("2020-01-01T00:00")
    expect(page.get_by_text("No run is like that")).to_be_visible()


def test_the_trace_of_a_failed_run_is_two_clicks_from_the_list(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(f"{url}/ui/runs?state=FAILED")
    page.get_by_role("link", name=FAILED_JOB).first.click()
    why = page.get_by_role("alert").filter(has_text="Why it failed")
    expect(why).to_contain_text("wind_speed: expected 0.0 to 250.0")
    why.get_by_role("button", name="Show the stack").click()
    expect(why.get_by_text("Traceback")).to_be_visible()
    trace = page.get_by_role("link", name="Open the trace")
    expect(trace).to_have_attribute("href", re.compile("/traces/trace\\?id=[0-9a-f]{32}"))
    snap("run-failed")
    accessible()
    trace.click()
    expect(page).to_have_url(re.compile("/traces/trace"))


def test_a_run_that_failed_below_leads_to_what_failed(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/runs?state=FAILED")
    page.get_by_role("link", name="refresh", exact=True).first.click()
    why = page.get_by_role("alert").filter(has_text="What failed below it")
    why.get_by_role("link", name=FAILED_JOB).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Run of {FAILED_JOB}")


def open_last_run(page: Page, url: str, job: str) -> None:
    page.goto(f"{url}/ui/runs?words={job}&state=COMPLETED")
    page.get_by_role("table").get_by_role("link", name=job, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Run of {job}")


def test_a_run_shows_what_it_read_and_wrote_and_the_snapshot(
    page: Page, url: str, snap, accessible
) -> None:
    open_last_run(page, url, FAILED_JOB)
    reads = page.get_by_role("table", name="Reads")
    expect(reads.get_by_role("link", name="processed.weather")).to_be_visible()
    expect(reads.get_by_text("26,115")).to_be_visible()
    writes = page.get_by_role("table", name="Writes")
    snapshot = writes.get_by_role("row").nth(1).get_by_role("link").nth(1)
    expect(snapshot).to_have_attribute("href", re.compile("/tables/table.*snapshot="))
    expect(page.get_by_role("table", name="Traces")).to_be_visible()
    snap("run")
    accessible()


def test_the_parts_of_a_run_have_addresses_of_their_own(
    page: Page, url: str, snap, accessible
) -> None:
    open_last_run(page, url, FAILED_JOB)
    page.get_by_role("tab", name="Quality").click()
    expect(page).to_have_url(re.compile("tab=quality"))
    expect(page.get_by_role("table", name="Tests of curated.station_weather")).to_be_visible()
    snap("run-quality")
    accessible()
    page.get_by_role("tab", name="SQL").click()
    expect(page.get_by_text("LEFT JOIN")).to_be_visible()
    page.get_by_role("tab", name="Logs").click()
    expect(page.get_by_text(re.compile("No logs of this run|Level"))).to_be_visible()
    accessible()


def test_facets_are_read_with_the_keyboard(page: Page, url: str, snap, accessible) -> None:
    open_last_run(page, url, FAILED_JOB)
    page.get_by_role("tab", name="Facets").click()
    tree = page.get_by_role("tree", name="Of the run")
    first = tree.get_by_role("treeitem").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem").nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    snap("run-facets")
    accessible()


def test_what_changed_between_two_runs_is_shown_side_by_side(
    page: Page, url: str, snap, accessible
) -> None:
    open_last_run(page, url, FAILED_JOB)
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("menuitem", name="with the run before").click()
    expect(page).to_have_url(re.compile("/runs/compare"))
    expect(page.get_by_role("alert")).to_contain_text("ended differently")
    runs = page.get_by_role("table", name="Compare two runs")
    expect(runs.get_by_text("failed", exact=True)).to_be_visible()
    expect(runs.get_by_text("wind_speed")).to_be_visible()
    expect(page.get_by_role("table", name="Numbers").get_by_text("rowCount").first).to_be_visible()
    expect(page.get_by_text("Both ran the same statement.")).to_be_visible()
    snap("runs-compare")
    accessible()


def test_an_empty_server_says_how_runs_come(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/runs")
    expect(page.get_by_text("No runs yet")).to_be_visible()
    accessible()


def test_a_run_that_is_not_there_is_said_to_be_missing(page: Page, url: str, accessible) -> None:
    page.goto(f"{url}/ui/runs/run?id=00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("alert")).to_contain_text("there is no run")
    page.goto(f"{url}/ui/runs/run")
    expect(page.get_by_text("Which run?")).to_be_visible()
    accessible()


@pytest.mark.parametrize("path", ["runs", "runs?state=FAILED"])
def test_runs_fit_a_phone_in_the_dark(page: Page, url: str, snap, accessible, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{url}/ui/{path}")
    link = page.get_by_role("link", name=FAILED_JOB).first
    expect(link).to_be_visible()
    if "state" in path:
        link.click()
        expect(page.get_by_role("table", name="Reads")).to_be_visible()
    snap(f"phone-{'run' if 'state' in path else 'runs'}")
    accessible()
    expect_to_fit(page)
