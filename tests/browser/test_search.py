"""Search everywhere: the palette over every page, and the page with all results."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sizes import expect_inside, expect_to_fit
from tests.journey.test_first_minutes import request

PHONE = {"width": 360, "height": 780}


def palette(page: Page) -> Locator:
    """Open the palette by its keys, and return its field."""
    expect(page.get_by_role("button", name="Search the lake")).to_be_visible()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search the lake")
    expect(field).to_be_focused()
    return field


def test_find_a_table(page: Page, url: str, snap) -> None:
    """The journey: from home, by keyboard alone, from a part of a name to the table."""
    page.goto(f"{url}/ui/")
    palette(page)
    page.keyboard.type("daily sum")
    found = page.get_by_role("option", name=re.compile(r"^curated\.daily_summary"))
    expect(found).to_be_visible()
    left, right = expect_inside(page, page.get_by_role("dialog"))
    assert left == pytest.approx(right, abs=1)
    snap("palette")
    while found.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/tables/table\?.*name=curated\.daily_summary"))
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_column_leads_to_its_table(page: Page, url: str, accessible) -> None:
    page.goto(f"{url}/ui/tables")
    palette(page).fill("tailnum")
    expect(page.get_by_role("option", name=re.compile("column tailnum")).first).to_be_visible()
    accessible()


def test_enter_before_the_answer_waits_for_it(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    palette(page)
    page.keyboard.type("station_weather")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"name=[a-z_.]*station_weather"))


def test_pages_are_opened_by_name(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    palette(page).fill("service map")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Service map")


def test_what_was_opened_is_offered_again(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    palette(page).fill("processed.flights")
    page.get_by_role("option", name=re.compile(r"^processed\.flights Table")).click()
    expect(page).to_have_url(re.compile("name=processed.flights"))
    palette(page)
    lately = page.get_by_role("group", name="Lately opened")
    expect(lately.get_by_role("option", name=re.compile(r"processed\.flights"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def pasted(url: str) -> list[tuple[str, str]]:
    """Ids of the demo, and the address that each leads to."""
    trace: dict[str, Any] = request(f"{url}/api/v2/traces?service=headwater.jobs&limit=1")[
        "traces"
    ][0]
    return [
        (trace["run_ids"][0], f"/runs/run.*{trace['run_ids'][0]}"),
        (trace["trace_id"], f"/traces/trace.*{trace['trace_id']}"),
        ("dataset:headwater:raw.flights", r"/tables/table.*name=raw\.flights"),
        ("job:headwater:refresh", "/jobs/job.*name=refresh"),
        ("headwater:raw.flights", r"/tables/table.*name=raw\.flights"),
    ]


def test_a_pasted_id_opens_what_it_names(page: Page, url: str) -> None:
    for text, address in pasted(url):
        page.goto(f"{url}/ui/search")
        palette(page).fill(text)
        expect(page.get_by_role("group", name="This is the id of")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(address))


def test_the_button_opens_the_palette_and_words_lead_to_all_results(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    page.get_by_role("button", name="Search the lake").click()
    page.get_by_role("combobox", name="Search the lake").fill("flights")
    page.get_by_role("option", name=re.compile("All results for")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page).to_have_url(re.compile("/search.*words=flights"))


def test_results_say_why_they_were_found(page: Page, url: str, snap, accessible) -> None:
    page.goto(f"{url}/ui/search?words=flights")
    results = page.get_by_role("listitem")
    expect(results.filter(has_text="raw.flights").first.locator("mark").first).to_have_text(
        "flights"
    )
    expect(results.filter(has_text="SQL").first.locator("mark").first).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d+ results"))
    snap("search")
    accessible()


def test_results_are_narrowed_by_kind_and_namespace(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/search?words=flights")
    results = page.get_by_role("listitem")
    expect(results.filter(has_text="Job · headwater").first).to_be_visible()
    page.get_by_text("Tables", exact=True).last.click()
    expect(page).to_have_url(re.compile("kind=dataset"))
    expect(results.filter(has_text="Job · headwater")).to_have_count(0)
    page.get_by_role("combobox", name="Namespace").click()
    page.get_by_role("option", name="headwater").click()
    expect(page).to_have_url(re.compile("namespace=headwater"))
    expect(results.first).to_contain_text("headwater")


def test_results_go_on_page_by_page(page: Page, url: str) -> None:
    events = [
        {
            "eventType": "COMPLETE",
            "eventTime": "2026-11-21T01:00:00Z",
            "run": {"runId": f"01a1fb67-1800-7de6-80de-0d1c32a0{number:04x}"},
            "job": {"namespace": "paging", "name": f"harbour_{number}"},
        }
        for number in range(60)
    ]
    request(f"{url}/api/v1/lineage/batch", events)
    page.goto(f"{url}/ui/search?words=harbour")
    results = page.get_by_role("listitem")
    expect(results).to_have_count(25)
    page.get_by_role("button", name="Show more").click()
    expect(results).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(results).to_have_count(60)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("search", "What are you looking for?"),
        ("search?words=zebra", "Nothing is called “zebra”."),
        ("search?words=%21%21", "What are you looking for?"),
    ],
)
def test_without_results_the_page_says_what_to_do(
    page: Page, empty_url: str, accessible, path: str, says: str
) -> None:
    page.goto(f"{empty_url}/ui/{path}")
    expect(page.get_by_text(says)).to_be_visible()
    accessible()


def test_palette_says_that_nothing_is_called_so(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/tables")
    palette(page).fill("zebra")
    expect(page.get_by_text("Nothing is called “zebra”.")).to_be_visible()
    accessible()


def test_search_fits_a_phone_in_the_dark(page: Page, url: str, snap, accessible) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/ui/search?words=flights")
    expect(page.get_by_role("listitem").first).to_be_visible()
    expect_to_fit(page)
    snap("search-phone")
    accessible()
    page.get_by_role("button", name="Search the lake").click()
    page.get_by_role("combobox", name="Search the lake").fill("flights")
    expect(page.get_by_role("option").nth(2)).to_be_visible()
    snap("palette-phone")
    accessible()
