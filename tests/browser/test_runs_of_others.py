"""Runs as other programs send them: under way, twice, with another statement; and running ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sizes import expect_inside
from tests.journey.test_first_minutes import request, serving

NOW = datetime.now(UTC).replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1, minutes=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("others") / "data"


@pytest.fixture(scope="module")
def others(folder: Path) -> Iterator[str]:
    """A server to which only tests of this module send."""
    with serving(folder) as (url, _):
        yield url


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def send(url: str, type_: str, job: str, run: int, at: datetime, **more: Any) -> None:
    """Send one event of a run to the door of OpenLineage."""
    table = {"namespace": "shop", "name": "sums", "facets": more.get("facets", {})}
    event = {
        "eventType": type_,
        "eventTime": at.isoformat(),
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": more.get("run_facets", {})},
        "job": {"namespace": "shop", "name": job, "facets": more.get("job_facets", {})},
        "inputs": [],
        "outputs": [{**table, "outputFacets": more.get("output_facets", {})}],
    }
    request(f"{url}/api/v1/lineage", event)


def columns(*names: str) -> dict[str, Any]:
    return {"schema": {"fields": [{"name": name, "type": "int"} for name in names]}}


def sql(query: str) -> dict[str, Any]:
    return {"sql": {"query": query}}


def test_a_run_that_is_under_way_ends_on_the_page_by_itself(
    page: Page, others: str, snap, accessible
) -> None:
    send(others, "START", "long", 1, NOW - timedelta(minutes=3))
    page.goto(f"{others}/ui/runs?words=long")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="long", exact=True))
    expect(row.get_by_text("running")).to_be_visible()
    expect(page.get_by_role("img", name="Live: changes appear by themselves")).to_be_visible()
    snap("runs-running")
    accessible()
    send(others, "COMPLETE", "long", 1, NOW)
    expect(row.get_by_text("complete", exact=True)).to_be_visible()


def test_what_changed_since_yesterday_is_two_clicks_from_a_run(
    page: Page, others: str, snap, accessible
) -> None:
    rows = {"outputStatistics": {"rowCount": 1_000, "size": 9_000}}
    fewer = {"outputStatistics": {"rowCount": 400, "size": 3_600}}
    old, new = "SELECT id, amount\nFROM orders", "SELECT id\nFROM orders\nWHERE amount > 0"
    more = {"job_facets": sql(old), "facets": columns("id", "amount"), "output_facets": rows}
    send(others, "START", "daily", 2, YESTERDAY)
    send(others, "COMPLETE", "daily", 2, YESTERDAY + timedelta(seconds=30), **more)
    more = {"job_facets": sql(new), "facets": columns("id"), "output_facets": fewer}
    send(others, "START", "daily", 3, NOW)
    send(others, "COMPLETE", "daily", 3, NOW + timedelta(seconds=60), **more)
    page.goto(f"{others}/ui/runs/run?id={run_id(3)}")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("menuitem", name="with the run before").click()
    different = page.get_by_role("alert").filter(has_text="They are different")
    expect(different).to_contain_text("another SQL statement")
    expect(different).to_contain_text("schemas changed")
    expect(page.get_by_text("−600 (−60 %)")).to_be_visible()
    expect(page.get_by_role("table", name="SQL").get_by_text("WHERE amount > 0")).to_be_visible()
    schemas = page.get_by_role("table", name="Schemas")
    expect(schemas.get_by_text("breaks readers")).to_be_visible()
    snap("runs-compare-sql")
    accessible()
    page.get_by_role("button", name="Swap").click()
    expect(page.get_by_text("+600 (+150 %)")).to_be_visible()


def test_a_run_that_was_tried_again_shows_its_attempts(page: Page, others: str) -> None:
    send(others, "START", "retried", 4, NOW - timedelta(seconds=50))
    send(others, "FAIL", "retried", 4, NOW - timedelta(seconds=40))
    send(others, "START", "retried", 4, NOW - timedelta(seconds=30))
    send(others, "COMPLETE", "retried", 4, NOW - timedelta(seconds=20))
    page.goto(f"{others}/ui/runs/run?id={run_id(4)}")
    attempts = page.get_by_role("definition").filter(has_text="failed")
    expect(attempts).to_contain_text("complete")


def test_a_run_without_spans_says_how_to_send_them(page: Page, others: str) -> None:
    send(others, "START", "silent", 5, NOW)
    page.goto(f"{others}/ui/runs/run?id={run_id(5)}")
    expect(page.get_by_text(re.compile("No spans of this run"))).to_be_visible()
    expect(page.get_by_role("link", name="Open the trace")).to_have_count(0)


def test_many_jobs_come_in_pages_that_the_address_holds(page: Page, others: str) -> None:
    for number in range(55):
        send(others, "START", f"page {number:02d}", 100 + number, NOW)
    page.goto(f"{others}/ui/jobs?words=page")
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(51)
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(6)
    expect(page).to_have_url(re.compile("after="))
    page.reload()
    expect(rows).to_have_count(6)
    page.get_by_role("button", name="Back to the first page").click()
    expect(rows).to_have_count(51)


def test_a_pipeline_is_started_with_parameters_and_followed(
    page: Page, others: str, folder: Path, snap, accessible
) -> None:
    (folder / "files").mkdir(exist_ok=True)
    (folder / "files" / "rooms.csv").write_text("room,degrees\nattic,19\ncellar,12\n")
    page.goto(f"{others}/ui/jobs")
    page.get_by_role("button", name="Run", exact=True).click()
    form = page.get_by_role("form", name="file_to_source")
    form.get_by_role("button", name="Start with parameters").click()
    form.get_by_label("file").fill("rooms.csv")
    form.get_by_label("source").fill("rooms")
    left, right = expect_inside(page, page.get_by_role("dialog"))
    assert left == pytest.approx(right, abs=1)
    snap("jobs-pipeline")
    form.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="To the run").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Run of file_to_source")
    stages = page.get_by_role("table", name="Stages").first
    expect(stages.get_by_role("row").filter(has_text="load").get_by_text("complete")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_text("file = rooms.csv, source = rooms")).to_be_visible()
    snap("run-pipeline")
    accessible()


def test_a_token_that_may_only_read_is_told_so_where_things_run(
    page: Page, tmp_path: Path, accessible
) -> None:
    with serving(tmp_path / "data") as (url, _):
        tokens = f"{url}/api/v2/tokens"
        admin = page.request.post(tokens, data={"name": "root", "role": "admin"}).json()
        made = page.request.post(
            tokens,
            data={"name": "guest", "role": "reader"},
            headers={"Authorization": f"Bearer {admin['secret']}"},
        ).json()
        page.goto(f"{url}/ui/jobs?{urlencode({'words': 'x'})}")
        page.get_by_label("Token").fill(made["secret"])
        page.keyboard.press("Enter")
        run = page.get_by_role("button", name="Run", exact=True)
        expect(run).to_have_attribute("aria-disabled", "true")
        run.focus()
        expect(page.get_by_text("Your token may not run jobs")).to_be_visible()
        run.click(force=True)
        expect(page.get_by_role("dialog")).to_have_count(0)
        accessible()
