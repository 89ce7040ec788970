"""The pages of jobs: what runs, how it goes, why it is late, and running it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sizes import expect_to_fit


def job_address(url: str, name: str, **more: str) -> str:
    return f"{url}/ui/jobs/job?{urlencode({'namespace': 'headwater', 'name': name, **more})}"


def test_jobs_are_listed_with_how_their_last_runs_went(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(f"{url}/ui/jobs")
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="refresh", exact=True))
    expect(row.get_by_text("complete", exact=True)).to_be_visible()
    expect(row.get_by_role("img", name=re.compile("runs: .* failed"))).to_be_visible()
    snap("jobs")
    accessible()


def test_jobs_are_filtered_by_words_and_state_in_the_address(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/jobs")
    page.get_by_role("searchbox", name="Name").fill("station")
    expect(page).to_have_url(re.compile("words=station"))
    expect(page.get_by_role("link", name="processed_to_curated.station_weather")).to_be_visible()
    expect(page.get_by_role("link", name="refresh", exact=True)).to_have_count(0)
    page.reload()
    expect(page.get_by_role("searchbox", name="Name")).to_have_value("station")
    expect(page.get_by_role("link", name="refresh", exact=True)).to_have_count(0)
    page.get_by_role("combobox", name="Last run").click()
    page.get_by_role("option", name="aborted").click()
    expect(page.get_by_text("No job is like that")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    expect(page.get_by_role("link", name="refresh", exact=True)).to_be_visible()


def test_a_job_shows_its_tables_code_runs_and_the_steps_of_the_last_one(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(job_address(url, "processed_to_curated.station_weather"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "processed_to_curated.station_weather"
    )
    expect(page.get_by_role("link", name="processed.weather")).to_be_visible()
    expect(page.get_by_role("link", name="curated.station_weather")).to_be_visible()
    expect(page.get_by_text("headwater/jobs/join_sql.py")).to_be_visible()
    expect(page.get_by_role("table", name="Runs").get_by_text("failed").first).to_be_visible()
    snap("job")
    accessible()


def test_the_parts_of_a_job_have_addresses_of_their_own(page: Page, url: str, accessible) -> None:
    page.goto(job_address(url, "processed_to_curated.station_weather"))
    page.get_by_role("tab", name="SQL").click()
    expect(page).to_have_url(re.compile("tab=sql"))
    expect(page.get_by_text("LEFT JOIN")).to_be_visible()
    accessible()
    page.goto(job_address(url, "processed_to_curated.station_weather", tab="facets"))
    tree = page.get_by_role("tree", name="Facets of processed_to_curated.station_weather")
    expect(tree.get_by_role("treeitem").filter(has_text="sourceCodeLocation")).to_be_visible()
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("table", name="Versions")).to_be_visible()
    accessible()


def test_why_a_job_is_late_is_told_with_the_runs_before_it(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(job_address(url, "processed_to_curated.flights_weather"))
    page.get_by_role("tab", name="Why is it late?").click()
    steps = page.get_by_role("table", name="Why is it late?")
    expect(steps.get_by_role("link", name=re.compile("raw_to_processed"))).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Most of the time")
    expect(steps.get_by_text("longest")).to_be_visible()
    snap("job-late")
    accessible()


def test_a_job_of_the_lake_is_run_and_its_run_appears(page: Page, url: str, snap) -> None:
    page.goto(f"{url}/ui/jobs")
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("file_to_source")).to_be_visible()
    snap("jobs-run")
    dialog.get_by_role("button", name="Run now: maintenance").click()
    page.get_by_role("link", name="To the run").click()
    expect(page).to_have_url(re.compile("/runs/run"))


def test_an_empty_server_says_how_jobs_come(page: Page, empty_url: str, snap, accessible) -> None:
    page.goto(f"{empty_url}/ui/jobs")
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    snap("jobs-empty")
    accessible()


def test_a_job_that_is_not_there_is_said_to_be_missing(page: Page, url: str, accessible) -> None:
    page.goto(job_address(url, "nobody"))
    expect(page.get_by_role("alert")).to_contain_text("there is no job 'nobody'")
    accessible()


@pytest.mark.parametrize("path", ["jobs", "jobs/job?namespace=headwater&name=refresh"])
def test_jobs_fit_a_phone_in_the_dark(page: Page, url: str, snap, accessible, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{url}/ui/{path}")
    expect(page.get_by_role("link", name="processed_to_curated", exact=True).first).to_be_visible()
    snap(f"phone-{path.split('?')[0].replace('/', '-')}")
    accessible()
    expect_to_fit(page)
