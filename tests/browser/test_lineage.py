"""The lineage page: where data comes from, what breaks, why it is late, what changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sending import send
from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import serving

FLIGHTS = "dataset:headwater:processed.flights"
WEATHER = "dataset:headwater:curated.flights_weather"
SHOP = "dataset:db:sums"


def _graph(page: Page) -> Locator:
    return page.get_by_test_id("lineage-graph")


def _card(page: Page, name: str) -> Locator:
    """Find a card by its name, which may be drawn in two parts."""
    return _graph(page).locator("article").filter(has=page.locator(f"header:has-text('{name}')"))


def _open(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/ui/lineage?{query}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lineage")
    expect(_graph(page)).to_have_attribute("aria-busy", "false")


def _asked(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def _event(job: str, run: int, inputs: str, outputs: str, **more: object) -> dict[str, object]:
    facets = more.pop("run_facets", {})
    schemas: dict[str, object] = more.pop("schemas", {})  # type: ignore[assignment]
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-0{run}T00:10:00Z",
        "run": {"runId": f"01a1fb67-0000-7000-8000-{run:012d}", "facets": facets},
        "job": {"namespace": "shop", "name": job},
        "inputs": [{"namespace": "db", "name": name} for name in inputs.split()],
        "outputs": [
            {"namespace": "db", "name": name, "facets": schemas} for name in outputs.split()
        ],
        **more,
    }


def _schema(*columns: str) -> dict[str, object]:
    return {"schema": {"fields": [{"name": name, "type": "bigint"} for name in columns]}}


EVENTS = [
    _event("load", 1, "source", "orders", schemas=_schema("id", "amount", "note")),
    _event("daily", 2, "orders", "sums", schemas=_schema("total", "day")),
    _event("daily", 3, "orders rates", "sums", schemas=_schema("total")),
    _event(
        "load",
        4,
        "source",
        "",
        eventType="FAIL",
        run_facets={"errorMessage": {"message": "disk full", "programmingLanguage": "SQL"}},
    ),
    *(_event(f"fan_{n:02d}", 5, "sums", f"leaf_{n:02d}") for n in range(26)),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that other producers told of a shop: a failed load, and a table that many read."""
    with serving(tmp_path_factory.mktemp("shop") / "data") as (address, _):
        body = json.dumps(EVENTS).encode()
        request = Request(f"{address}/api/v1/lineage", body, {"Content-Type": "application/json"})
        assert urlopen(request, timeout=60).status < 300
        yield address


def test_without_a_node_the_whole_small_lake_is_drawn(page: Page, url: str, snap, accessible):
    _open(page, url)
    for name in ("raw.flights", "processed.flights", "curated.flights_weather"):
        expect(_card(page, name).first).to_be_visible()
    expect(_graph(page).get_by_role("status")).to_contain_text("cards")
    snap("lineage-start")
    accessible()
    page.get_by_role("button", name="curated.daily_summary").first.click()
    expect(page.get_by_role("heading", level=2)).to_have_text("curated.daily_summary")
    assert _asked(page)["node"] == "dataset:headwater:curated.daily_summary"


def test_an_empty_server_says_what_to_do(page: Page, empty_url: str, snap, accessible):
    page.goto(f"{empty_url}/ui/lineage")
    expect(page.get_by_text("No lineage yet")).to_be_visible()
    expect(page.get_by_text("headwater demo")).to_be_visible()
    snap("lineage-empty")
    accessible()


def test_a_node_that_is_not_there_is_said_with_a_way_back(page: Page, url: str):
    page.goto(f"{url}/ui/lineage?node=dataset:headwater:curated.nope")
    expect(page.get_by_text("There is no such table or job")).to_be_visible()
    page.get_by_role("button", name="The whole lake").last.click()
    expect(_card(page, "processed.flights").first).to_be_visible()


def test_a_server_that_fails_is_said_and_asked_again(page: Page, url: str):
    page.route("**/api/v2/lineage/canvas*", lambda route: route.fulfill(status=500, body="{}"))
    page.goto(f"{url}/ui/lineage")
    expect(page.get_by_role("alert")).to_be_visible()
    page.unroute("**/api/v2/lineage/canvas*")
    page.get_by_role("button", name="Try again").click()
    expect(_card(page, "processed.flights").first).to_be_visible()


def test_one_click_tells_what_a_card_is_and_escape_clears(page: Page, url: str, snap, accessible):
    _open(page, url, f"node={FLIGHTS}")
    card = _card(page, "curated.flights_weather").first
    card.locator("header").click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("curated.flights_weather")
    expect(panel.get_by_text("336,776")).to_be_visible()
    expect(panel.get_by_role("link", name="Table page")).to_have_attribute(
        "href", "/ui/tables/table?namespace=headwater&name=curated.flights_weather"
    )
    expect(panel.get_by_role("link", name="Last run")).to_be_visible()
    snap("lineage-panel")
    accessible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_two_clicks_light_the_whole_path(page: Page, url: str, snap):
    _open(page, url, f"node={FLIGHTS}&depth=3&layers=[]")
    _card(page, "curated.daily_summary").first.locator("header").dblclick()
    expect(page.get_by_role("button", name="Clear: Whole path of")).to_be_visible()
    expect(_card(page, "raw.flights").first).to_have_attribute("data-lit", "true")
    expect(_card(page, "curated.flights_weather").first).to_have_attribute("data-dim", "true")
    snap("lineage-path")
    page.keyboard.press("Escape")
    expect(_card(page, "curated.flights_weather").first).not_to_have_attribute("data-dim", "true")


def test_a_click_on_a_column_lights_its_path(page: Page, url: str, snap, accessible):
    _open(page, url, f"node={WEATHER}&depth=3&show=tables&selected={WEATHER}")
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("searchbox", name="Find a column").fill("carrier")
    panel.get_by_role("button", name="carrier").click()
    expect(page.get_by_role("button", name="Path of column carrier")).to_be_visible()
    lit = _card(page, "processed.flights").first.get_by_role("button", name="carrier string")
    expect(lit).to_have_attribute("data-lit", "values")
    expect(_card(page, "raw.weather").first).to_have_attribute("data-dim", "true")
    snap("lineage-column")
    accessible()


def test_what_breaks_if_i_drop_this_column(page: Page, url: str, snap, accessible):
    _open(page, url)
    page.get_by_role("searchbox", name="Find a table").fill("raw.flights")
    page.get_by_role("option", name="raw.flights table").click()
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("button", name="What breaks").click()
    expect(panel.get_by_text("5 tables and 5 jobs depend on it")).to_be_visible()
    panel.get_by_label("What changes").select_option("carrier")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("raw.flights.carrier")
    expect(panel.get_by_role("button", name="breaks curated.flights_weather")).to_be_visible()
    expect(_card(page, "processed.flights").first).to_have_attribute("data-effect", "direct")
    snap("lineage-impact")
    accessible()
    page.get_by_text("Table", exact=True).click()
    expect(page.get_by_role("columnheader", name="Effect")).to_be_visible()


def test_why_is_it_late_or_failed(page: Page, shop: str, snap, accessible):
    _open(page, shop, f"node={SHOP}")
    page.get_by_text("Why late or failed", exact=True).click()
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("status")).to_contain_text("load failed")
    expect(panel.get_by_text("disk full")).to_be_visible()
    expect(panel.get_by_role("button", name="daily")).to_be_visible()
    snap("lineage-cause")
    accessible()
    panel.get_by_role("button", name="failed load").click()
    expect(panel.get_by_role("heading", level=2)).to_have_text("load")
    expect(panel.get_by_role("link", name="Job page")).to_be_visible()


def test_what_changed_since_then(page: Page, shop: str, snap, accessible):
    since, at = "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"
    _open(page, shop, f"node={SHOP}&mode=changes&direction=up&since={since}&at={at}")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("button", name="came rates")).to_be_visible()
    changed = panel.get_by_role("button", name="changed sums")
    expect(changed).to_contain_text("day column removed")
    expect(changed).to_contain_text("breaking")
    expect(_card(page, "rates").first).to_have_attribute("data-change", "added")
    snap("lineage-changes")
    accessible()


def test_what_went_is_drawn_as_it_was_known_before(page: Page, shop: str, snap, accessible):
    rows = {"outputStatistics": {"rowCount": 11, "size": 90}}
    said = {"facets": _schema("id", "amount"), "outputFacets": rows}
    written = [{"namespace": "db", "name": "swapped_out", **said}]
    feed = {**_event("feed", 6, "", ""), "outputs": written}
    swaps = [_event("swap", 7, "swapped_out", "swaps"), _event("swap", 8, "swapped_in", "swaps")]
    send(f"{shop}/api/v1/lineage", [feed, *swaps])
    layers = quote(json.dumps(["state", "rows", "columns"]))
    times = "since=2026-03-07T12:00:00Z&at=2026-03-08T12:00:00Z"
    node = "dataset:db:swaps"
    _open(page, shop, f"node={node}&mode=changes&direction=up&{times}&layers={layers}")
    gone = _card(page, "swapped_out").first
    expect(gone).to_have_attribute("data-change", "removed")
    expect(gone).to_contain_text("11 rows")
    expect(gone).to_contain_text("amount")
    snap("lineage-gone")
    accessible()


def test_what_changed_since_yesterday_is_one_click_from_a_node(page: Page, url: str):
    _open(page, url, f"node={WEATHER}")
    page.get_by_text("What changed", exact=True).first.click()
    panel = page.get_by_role("complementary", name="Details")
    panel.get_by_role("button", name="yesterday").click()
    expect(panel.get_by_role("status")).to_be_visible()
    assert _asked(page)["mode"] == "changes"


def test_the_graph_of_a_past_time(page: Page, shop: str, snap):
    _open(page, shop, f"node={SHOP}&direction=up&at=2026-03-02T12:00:00Z")
    expect(_card(page, "orders").first).to_be_visible()
    expect(_card(page, "rates")).to_have_count(0)
    expect(page.get_by_text("As of")).to_contain_text("Mar 2, 2026")
    snap("lineage-past")
    page.get_by_role("button", name="Back to now").click()
    expect(_card(page, "rates").first).to_be_visible()


def test_a_side_opens_by_its_arrow_and_tells_how_many_more(page: Page, shop: str, snap):
    _open(page, shop, "node=dataset:db:orders")
    page.get_by_role("button", name="Show 26 more that sums goes to").click()
    expect(page.get_by_role("button", name="Show 6 more that sums goes to")).to_be_visible()
    snap("lineage-opened")
    page.get_by_role("button", name="Show 6 more that sums goes to").click()
    hide = page.get_by_role("button", name="Hide what sums goes to")
    expect(hide).to_be_visible()
    page.reload()
    hide.click()
    expect(page.get_by_role("button", name="Show 26 more that sums goes to")).to_be_visible()


def test_arrow_keys_move_between_cards_and_enter_opens(page: Page, url: str):
    _open(page, url, f"node={FLIGHTS}&show=tables&selected={FLIGHTS}")
    _graph(page).focus()
    page.keyboard.press("ArrowLeft")
    panel = page.get_by_role("complementary", name="Details")
    expect(panel.get_by_role("heading", level=2)).to_have_text("raw.flights")
    expect(_graph(page).locator("[aria-live]").first).to_contain_text("raw.flights, table")
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("heading", level=2)).to_have_text("processed.flights")
    page.keyboard.press("Enter")
    expect(panel).to_be_focused()


def test_the_table_is_the_twin_of_the_graph_and_exports(
    page: Page, url: str, snap, accessible, tmp_path: Path
):
    _open(page, url, f"node={FLIGHTS}")
    said = _graph(page).get_by_role("status").inner_text()
    cards = int(said.split()[0])
    page.get_by_text("Table", exact=True).click()
    table = page.get_by_role("table", name="Everything that the graph shows")
    expect(table.locator("tbody tr")).to_have_count(cards)
    snap("lineage-table")
    accessible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download cards as CSV").click()
    download.value.save_as(tmp_path / "nodes.csv")
    with (tmp_path / "nodes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == cards
    flights = next(row for row in rows if row["name"] == "processed.flights")
    assert (flights["kind"], flights["rows"]) == ("dataset", "336776")


def test_what_is_drawn_and_on_cards_is_chosen(page: Page, shop: str):
    _open(page, shop, "node=dataset:db:orders")
    expect(_card(page, "daily").first).to_be_visible()
    page.get_by_label("Draw").select_option("tables")
    expect(_card(page, "daily")).to_have_count(0)
    page.get_by_label("Group by").select_option("namespace")
    expect(_graph(page).get_by_text("in it").first).to_be_visible()
    page.get_by_label("Group by").select_option("none")
    page.get_by_role("button", name="On cards").click()
    columns = page.get_by_role("checkbox", name="Columns")
    expect(columns).to_be_checked()
    columns.uncheck()
    expect(_graph(page).get_by_role("button", name="amount bigint")).to_have_count(0)


def test_what_is_drawn_is_found_and_flown_to(page: Page, shop: str):
    _open(page, shop, "node=dataset:db:leaf_00&layers=[]&depth=100&direction=up")
    expect(_card(page, "source")).to_have_count(0)
    page.get_by_role("searchbox", name="Find a table").fill("source")
    page.get_by_role("option", name="source table").click()
    expect(_card(page, "source").first).to_have_attribute("data-selected", "true")


def test_dark_and_narrow(page: Page, url: str, snap, accessible):
    page.emulate_media(color_scheme="dark")
    _open(page, url, f"node={FLIGHTS}&selected={FLIGHTS}")
    snap("lineage-dark")
    accessible()
    page.set_viewport_size({"width": 360, "height": 740})
    expect(_card(page, "processed.flights").first).to_be_visible()
    expect_to_fit(page)
    snap("lineage-narrow")
    accessible()
