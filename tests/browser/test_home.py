"""The first page: is the lake well, and what changed."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import run_event, send
from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import serving

Snap = Callable[[str], Path]


@pytest.fixture
def own_url(tmp_path: Path) -> Iterator[str]:
    """A server of this test alone."""
    with serving(tmp_path / "data") as (url, _):
        yield url


def test_the_demo_is_seen_to_be_well(page: Page, url: str, snap: Snap, accessible) -> None:
    page.goto(f"{url}/ui/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
    expect(page.get_by_role("heading", name="Freshness of curated tables")).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("Records per half hour")).locator("canvas")
    ).to_be_visible()
    page.set_viewport_size({"width": 1360, "height": 1200})
    snap("home")
    accessible()
    page.get_by_role("button", name="Table of: Records per half hour").click()
    expect(page.get_by_role("table", name="Records per half hour")).to_be_visible()
    accessible()


def test_home_is_dark_when_asked(page: Page, url: str, snap: Snap, accessible) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{url}/ui/")
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    snap("home-dark")
    accessible()


def test_home_fits_a_phone(page: Page, url: str, snap: Snap, accessible) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{url}/ui/")
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    expect_to_fit(page)
    snap("home-360")
    accessible()


def test_an_empty_server_says_how_to_begin(
    page: Page, empty_url: str, snap: Snap, accessible
) -> None:
    page.goto(f"{empty_url}/ui/")
    expect(page.get_by_text("Send the first record")).to_be_visible()
    expect(page.get_by_text(f"curl {empty_url}/ingest/sensors")).to_be_visible()
    snap("home-empty")
    accessible()


def test_an_empty_server_has_one_navigation_of_links(page: Page, empty_url: str) -> None:
    page.goto(f"{empty_url}/ui/")
    expect(page.locator("nav")).to_have_count(1)
    expect(page.locator("nav a[href]").nth(4)).to_be_visible()


def test_the_first_steps_work_as_they_are_written(page: Page, own_url: str) -> None:
    page.goto(f"{own_url}/ui/")
    expect(page.get_by_text("Send the first record")).to_be_visible()
    commands = page.get_by_role("region", name=re.compile("^Command: [123]"))
    expect(commands).to_have_count(3)
    for command in [each.inner_text() for each in commands.all()]:
        done = subprocess.run(["bash", "-c", command + " -sf"], capture_output=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
    expect(page.get_by_role("link", name="revenue")).to_be_visible()


def test_what_is_wrong_leads_to_where_it_is_seen(
    page: Page, own_url: str, snap: Snap, accessible
) -> None:
    schema = {"type": "object", "properties": {"celsius": {"type": "number"}}}
    send(f"{own_url}/api/v2/schemas?source=sensors", schema)
    send(f"{own_url}/ingest/sensors", [{"celsius": 20.5}, {"celsius": "hot"}])
    failed = str(uuid4())
    sent = run_event("FAIL", "sum_up", run=failed, before=timedelta(minutes=5))
    send(f"{own_url}/api/v1/lineage", sent)
    page.goto(f"{own_url}/ui/")
    expect(page.get_by_role("heading", name="Look at 2 things")).to_be_visible()
    findings = page.get_by_role("list", name="What to look at").get_by_role("link")
    expect(findings).to_have_text(["sum_up fails", "1 record waits in quarantine"])
    expect(findings.first).to_have_attribute("href", re.compile(f"/ui/runs/run\\?id=.*{failed}"))
    snap("home-findings")
    accessible()
    findings.last.click()
    expect(page).to_have_url(re.compile("/ui/ingest/quarantine"))


def test_what_changed_since_yesterday_is_on_home(page: Page, own_url: str, snap: Snap) -> None:
    for columns, before in (
        (("day", "total", "currency"), timedelta(days=2)),
        (("day", "total"), timedelta(hours=2)),
    ):
        sent = run_event("COMPLETE", "sum_up", before=before, columns=columns)
        send(f"{own_url}/api/v1/lineage", sent)
    page.goto(f"{own_url}/ui/")
    changes = page.get_by_role("region", name="What changed since")
    since = changes.get_by_label("Since when")
    expect(changes.get_by_text("currency removed")).to_be_visible()
    expect(changes.get_by_text("breaking")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("1 column of revenue changed"))).to_be_visible()
    since.select_option("an hour ago")
    expect(changes.get_by_text("Nothing: no table")).to_be_visible()
    expect(page).to_have_url(re.compile("hours=1"))
    since.select_option("a week ago")
    expect(changes.get_by_text("New datasets (2)")).to_be_visible()
    snap("home-changes")
    changes.get_by_role("link", name="revenue").last.click()
    expect(page).to_have_url(re.compile(r"/ui/tables/table\?.*name=revenue"))


def test_many_new_things_are_named_when_asked(page: Page, own_url: str, accessible) -> None:
    many = [run_event("COMPLETE", f"job_{number:02}") for number in range(20)]
    send(f"{own_url}/api/v1/lineage", many)
    page.goto(f"{own_url}/ui/?hours=1")
    expect(page.get_by_text("New jobs (20)")).to_be_visible()
    more = page.get_by_role("button", name=re.compile(r"^\+\d+ more: New jobs$"))
    expect(more).to_be_visible()
    accessible()
    more.click()
    expect(page.get_by_role("link", name="job_19")).to_be_visible()


def test_a_run_that_fails_appears_by_itself(page: Page, own_url: str) -> None:
    send(f"{own_url}/ingest/sensors", [{"celsius": 20.5}])
    page.goto(f"{own_url}/ui/")
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Live"))).to_be_visible()
    sent = run_event("FAIL", "sum_up")
    send(f"{own_url}/api/v1/lineage", sent)
    expect(page.get_by_role("link", name="sum_up fails")).to_be_visible()


def test_a_server_that_does_not_answer_is_said_to(page: Page, url: str, accessible) -> None:
    page.route(
        "**/api/v2/overview**",
        lambda route: route.fulfill(
            status=500,
            body=json.dumps({"detail": "broken"}),
            content_type="application/problem+json",
        ),
    )
    page.goto(f"{url}/ui/")
    expect(page.get_by_role("alert")).to_contain_text("broken")
    accessible()
    page.unroute("**/api/v2/overview**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="The lake is well")).to_be_visible()
