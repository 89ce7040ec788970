"""Pages in states that are rare: long lists, long names, what is open over a page, no session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sending import run_event, send
from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import serving


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server to which only tests of this module send."""
    with serving(tmp_path_factory.mktemp("states") / "data") as (url, _):
        yield url


def names(kind: str, count: int) -> list[dict[str, Any]]:
    return [{"namespace": "shop", "name": f"{kind}_{number:02}"} for number in range(count)]


def test_a_long_list_of_readers_is_folded_and_unfolded_by_key(
    page: Page, own_url: str, snap, accessible
) -> None:
    table = {"namespace": "shop", "name": "much_read"}
    readers = [run_event("COMPLETE", f"reader_{number:02}") for number in range(20)]
    send(f"{own_url}/api/v1/lineage", [{**one, "inputs": [table]} for one in readers])
    page.goto(f"{own_url}/ui/tables/table?{urlencode(table)}")
    listed = page.get_by_role("list", name="Read by").get_by_role("listitem")
    expect(listed).to_have_count(8)
    accessible()
    more = page.get_by_role("button", name="+12 more: Read by")
    more.focus()
    page.keyboard.press("Enter")
    expect(listed).to_have_count(20)
    fewer = page.get_by_role("button", name="Show fewer: Read by")
    expect(fewer).to_be_focused()
    snap("table-readers")
    accessible()
    page.keyboard.press("Enter")
    expect(listed).to_have_count(8)


def test_a_job_that_reads_much_is_folded_on_a_phone_in_the_dark(
    page: Page, own_url: str, snap, accessible
) -> None:
    job = "job_with_a_long_name_that_has_no_space_" * 4
    sent = {**run_event("COMPLETE", job), "inputs": names("input", 30)}
    send(f"{own_url}/api/v1/lineage", sent)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{own_url}/ui/jobs/job?{urlencode({'namespace': 'shop', 'name': job})}")
    more = page.get_by_role("button", name="+22 more: Reads")
    expect(more).to_be_visible()
    expect_to_fit(page)
    accessible()
    more.click()
    expect(page.get_by_role("link", name="input_29")).to_be_visible()
    accessible()
    page.goto(f"{own_url}/ui/runs/run?id={sent['run']['runId']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(job)
    snap("run-long-name-360")
    expect_to_fit(page)
    accessible()


def test_long_names_end_a_line_between_their_words(page: Page, own_url: str, snap) -> None:
    job = "airline_reservations.flight_departures_by_region_and_quarter"
    names_ = ["processed.flight_departures_daily", "staging_area.customer_profitability_report"]
    sent = {
        **run_event("COMPLETE", job),
        "inputs": [{"namespace": "shop", "name": names_[0]}],
        "outputs": [{"namespace": "shop", "name": names_[1]}],
    }
    send(f"{own_url}/api/v1/lineage", sent)
    page.set_viewport_size({"width": 360, "height": 740})
    for path, kind, name in (
        ("jobs/job", "namespace=shop&name=" + job, names_[1]),
        ("tables/table", "namespace=shop&name=" + names_[0], job),
    ):
        page.goto(f"{own_url}/ui/{path}?{kind}")
        link = page.get_by_role("link", name=name).first
        expect(link).to_be_visible()
        for shown in (page.get_by_role("heading", level=1), link):
            assert broken_words(shown) == []
        expect_to_fit(page)
        snap(f"names-{path.replace('/', '-')}-360")


def broken_words(shown: Locator) -> list[str]:
    """Return the pieces of text, between places where a line may end, that are on two lines."""
    found: list[str] = shown.evaluate(
        """element => {
          const broken = [];
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            const range = document.createRange();
            range.selectNodeContents(text);
            const tops = new Set([...range.getClientRects()].map(one => Math.round(one.top)));
            if (tops.size > 1) broken.push(text.data);
          }
          return broken;
        }"""
    )
    return found


def test_what_opens_over_a_page_belongs_to_it(page: Page, own_url: str, snap, accessible) -> None:
    run = str(uuid4())
    send(f"{own_url}/api/v1/lineage", run_event("COMPLETE", "compared", run=run))
    page.goto(f"{own_url}/ui/jobs")
    state = page.get_by_role("combobox", name="Last run")
    state.click()
    expect(page.get_by_role("option", name="failed")).to_be_visible()
    accessible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog", name=re.compile("Run"))
    expect(dialog.get_by_text("file_to_source")).to_be_visible()
    snap("jobs-dialog")
    accessible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    page.goto(f"{own_url}/ui/runs/run?id={run}")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    snap("run-menu")
    accessible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_record_led_to_can_be_read(page: Page, own_url: str, accessible, scheme) -> None:
    source = f"tried_{scheme}"
    send(f"{own_url}/ingest/{source}", [{"celsius": 20}])
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{own_url}/ui/ingest/source?name={source}&part=try")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("1 record accepted")).to_be_visible()
    accessible()


def test_a_server_that_fails_at_first_leaves_a_page_that_says_so(
    page: Page, own_url: str, accessible
) -> None:
    broken = {"title": "Broken", "detail": "the disk is gone", "status": 500}
    page.route("**/api/v2/session", lambda route: route.fulfill(status=500, json=broken))
    page.goto(f"{own_url}/ui/")
    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()
    accessible()
    page.unroute("**/api/v2/session")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Home")


def test_an_event_that_is_chosen_on_a_phone_comes_into_sight(
    page: Page, own_url: str, snap, accessible
) -> None:
    for number in range(12):
        refused = run_event("COMPLETE", f"refused_{number}")
        del refused["job"]
        with suppress(HTTPError):
            send(f"{own_url}/api/v1/lineage", refused)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{own_url}/ui/events/refused")
    waiting = page.get_by_role("table", name="Refused events")
    expect(waiting.get_by_role("row")).to_have_count(13)
    waiting.get_by_role("link").first.click()
    expect(page.get_by_role("alert").filter(has_text="missing")).to_be_in_viewport()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    snap("refused-delete-360")
    expect_to_fit(page)
    accessible()


def test_a_long_description_of_a_job_is_folded(page: Page, own_url: str, accessible) -> None:
    sent = run_event("COMPLETE", "well_described")
    text = "What it does is told at length. " * 40 + "The end."
    sent["job"]["facets"] = {"documentation": {"description": text}}
    send(f"{own_url}/api/v1/lineage", sent)
    page.set_viewport_size({"width": 360, "height": 740})
    query = urlencode({"namespace": "shop", "name": "well_described"})
    page.goto(f"{own_url}/ui/jobs/job?{query}")
    tabs = page.get_by_role("tablist")
    more = page.get_by_role("button", name="Show all: Description")
    expect(more).to_have_attribute("aria-expanded", "false")
    folded = tabs.bounding_box()
    accessible()
    more.click()
    expect(page.get_by_role("button", name="Show less: Description")).to_be_focused()
    whole = tabs.bounding_box()
    assert folded is not None
    assert whole is not None
    assert whole["y"] > folded["y"] + 100
    accessible()
