"""The frame around every page."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import request, serving

BUILT = Path(__file__).parent.parent.parent / "headwater" / "ui"
MOST_ENTRY_BYTES = 350_000


def test_the_root_of_the_server_leads_to_the_ui(page: Page, url: str) -> None:
    page.goto(url)
    expect(page).to_have_url(re.compile("/ui/"))
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_dark_colours_are_chosen_and_stay(page: Page, url: str, accessible, snap) -> None:
    page.goto(f"{url}/ui/tables")
    page.get_by_role("button", name="Dark colours").click()
    page.reload()
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()
    expect(page.get_by_text("raw.flights", exact=True)).to_be_visible()
    snap("tables-dark")
    accessible()


def test_an_unknown_address_says_so_and_leads_home(page: Page, url: str, accessible) -> None:
    page.goto(f"{url}/ui/no/such-page")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such page")
    accessible()


@pytest.mark.parametrize("path", ["tables", "tables/"])
def test_a_page_is_opened_by_its_address_alone(page: Page, url: str, path: str) -> None:
    page.goto(f"{url}/ui/{path}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tables")


def test_the_keyboard_reaches_the_content_in_one_step(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_what_others_send_appears_by_itself(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (url, _):
        page.goto(f"{url}/ui/tables")
        expect(page.get_by_text("No tables yet")).to_be_visible()
        expect(page.get_by_role("img", name="Live: changes appear by themselves")).to_be_visible()
        request(f"{url}/ingest/sensors", [{"room": "attic"}])
        request(f"{url}/api/v2/seal", {})
        request(f"{url}/ingest/sensors", [{"room": "cellar"}])
        expect(page.get_by_text("raw.sensors")).to_be_visible()


def test_where_a_token_is_needed_the_ui_asks_for_it(page: Page, tmp_path: Path, accessible) -> None:
    with serving(tmp_path / "data") as (url, _):
        made = page.request.post(
            f"{url}/api/v2/tokens", data={"name": "ann", "role": "admin"}
        ).json()
        page.goto(f"{url}/ui/tables")
        expect(page.get_by_label("Token")).to_be_visible()
        accessible()
        page.get_by_label("Token").fill("hw_wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("The server does not know this token.")).to_be_visible()
        page.get_by_label("Token").fill(made["secret"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Tables")
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Token")).to_be_visible()


def test_the_server_may_go_and_come_back(page: Page, url: str, snap) -> None:
    page.goto(f"{url}/ui/tables")
    expect(page.get_by_text("raw.flights", exact=True)).to_be_visible()
    page.route("**/api/v2/datasets*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    snap("offline")
    page.unroute("**/api/v2/datasets*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("raw.flights", exact=True)).to_be_visible()


def test_a_phone_shows_it_without_scrolling_sideways(page: Page, url: str, snap) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{url}/ui/tables")
    expect(page.get_by_text("raw.flights", exact=True)).to_be_visible()
    expect_to_fit(page)
    snap("tables-360")
    page.get_by_role("button", name="Open the navigation").click()
    expect(page.get_by_role("link", name="Tables")).to_be_visible()


def test_what_a_page_asks_first_is_asked_for_together_with_its_code(page: Page, url: str) -> None:
    """What is asked ahead must be what the page asks, or the browser asks for it twice."""
    table = {"namespace": "headwater", "name": "raw.flights"}
    job = {"namespace": "headwater", "name": "processed.flights"}
    run = page.request.get(f"{url}/api/v2/runs?limit=1").json()["runs"][0]["id"]
    pages = {
        "": "overview",
        "?hours=168": "overview",
        "tables": "datasets",
        f"tables?{urlencode({'words': 'fl (a)'})}": "datasets",
        f"tables/table?{urlencode(table)}": "head",
        "jobs?state=COMPLETED&words=flights": "jobs",
        f"jobs/job?{urlencode(job)}": "job",
        "runs?fold=true": "runs",
        f"runs/run?id={run}": run,
        "lineage": "canvas",
        f"lineage?{urlencode({'node': 'dataset:headwater:raw.flights'})}": "canvas",
        "traces?errors=true": "trace-search",
        "search?words=flights": "search",
        "events": "page",
        "sql": "catalogue",
        "ingest": "sources",
    }
    for address, question in pages.items():
        # A change that the server tells of asks again too, but not at every try.
        tries = (_times_asked(page, f"{url}/ui/{address}", question) for _ in range(5))
        assert [1, 1] in tries, f"/{address} asks again for what is asked ahead: {question}"


def _times_asked(page: Page, address: str, question: str) -> list[int]:
    """Open a page; return how often it asked for its session, and how often its question."""
    requests: list[str] = []

    def note(one: Request) -> None:
        requests.append(urlsplit(one.url).path)

    page.on("request", note)
    page.goto(address)
    # By then the page has asked all that it asks by itself.
    expect(page.get_by_role("img", name="Live: changes appear by themselves")).to_be_visible()
    times = []
    for first in ("session", question):
        answered = page.wait_for_function(
            """first => performance.getEntriesByType("resource").find(one =>
               new URL(one.name).pathname.endsWith(`/${first}`))?.initiatorType""",
            arg=first,
        )
        assert answered.json_value() == "link", (address, first)
        times.append(len([path for path in requests if re.search(f"/api/.*/{first}$", path)]))
    page.remove_listener("request", note)
    return times


def test_what_is_loaded_first_is_small() -> None:
    page = (BUILT / "index.html").read_text()
    first = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)
    assert len(first) >= 2
    sizes = {name: len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in first}
    assert sum(sizes.values()) < MOST_ENTRY_BYTES, sizes
