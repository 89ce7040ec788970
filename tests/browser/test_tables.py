"""The pages of tables: the list of all datasets, and one of them with all that is known of it."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sizes import expect_inside, expect_to_fit

EVENTS = [
    {
        "eventTime": f"2026-01-0{day}T00:00:00Z",
        "producer": "https://shop.example/etl",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "eventType": "COMPLETE",
        "run": {"runId": f"01a00000-0000-7000-8000-00000000000{day}"},
        "job": {"namespace": "shop", "name": "load_orders"},
        "outputs": [
            {
                "namespace": "postgres://shop:5432",
                "name": "shop.public.orders",
                "facets": {
                    "schema": {"fields": fields},
                    "dataQualityAssertions": {
                        "assertions": [
                            {"assertion": "unique", "success": day == 1, "column": "order_id"}
                        ]
                    },
                },
                "outputFacets": {"outputStatistics": {"rowCount": day * 10}},
            }
        ],
    }
    for day, fields in (
        (1, [{"name": "order_id", "type": "BIGINT"}, {"name": "note", "type": "TEXT"}]),
        (2, [{"name": "order_id", "type": "BIGINT"}]),
    )
]


@pytest.fixture(scope="session")
def shop(url: str) -> str:
    """The server, with a dataset that is not in the lake: two versions, a test that fails now."""
    for event in EVENTS:
        send = Request(
            f"{url}/api/v1/lineage",
            json.dumps(event).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(send) as reply:
            assert reply.status == 201
    return url


def at_table(url: str, name: str, namespace: str = "headwater", **more: str) -> str:
    return f"{url}/ui/tables/table?{urlencode({'namespace': namespace, 'name': name, **more})}"


def test_every_zone_has_its_tables(page: Page, url: str, snap, accessible) -> None:
    page.goto(f"{url}/ui/tables")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tables")
    for table in ("raw.flights", "processed.flights", "curated.flights_weather"):
        expect(page.get_by_role("link", name=table, exact=True)).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="raw.flights"))
    expect(row).to_contain_text("336,776")
    snap("tables")
    accessible()


def test_a_moment_says_its_exact_time_when_it_is_pointed_at(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/tables")
    moment = page.get_by_role("row").locator("time").first
    exact = moment.get_attribute("datetime") or ""
    moment.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(exact)


def test_journey_a_table_is_found_by_a_column_it_has(page: Page, url: str, snap) -> None:
    page.goto(f"{url}/ui/")
    page.get_by_role("navigation").get_by_role("link", name="Tables").click()
    page.get_by_role("searchbox", name="Find a table").fill("tailnum")
    expect(page).to_have_url(re.compile("words=tailnum"))
    expect(page.get_by_role("link", name="raw.airports")).to_have_count(0)
    expect(page.get_by_text("columns: tailnum").first).to_be_visible()
    snap("tables-found")
    page.get_by_role("radio", name="curated").press("Space")
    expect(page).to_have_url(re.compile("zone=curated"))
    page.get_by_role("link", name="curated.flights_weather").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("curated.flights_weather")
    expect(page.get_by_role("cell", name="processed.flights.tailnum")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox", name="Find a table")).to_have_value("tailnum")


def test_lists_say_where_nothing_is_and_what_to_do(
    page: Page, url: str, empty_url: str, accessible
) -> None:
    page.goto(f"{url}/ui/tables?words=nosuchthing")
    expect(page.get_by_role("heading", name="No table is like that")).to_be_visible()
    page.goto(f"{empty_url}/ui/tables")
    expect(page.get_by_role("heading", name="No tables yet")).to_be_visible()
    accessible()


def test_a_table_shows_columns_with_what_they_are_made_of(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_table(url, "curated.flights_weather"))
    expect(page.get_by_role("link", name="processed_to_curated.flights_weather")).to_be_visible()
    temp = page.get_by_role("row").filter(has=page.get_by_role("link", name="temp", exact=True))
    expect(temp).to_contain_text("processed.weather.temp")
    expect(page.get_by_text("2 passed")).to_be_visible()
    snap("table-columns")
    accessible()
    page.get_by_role("searchbox", name="Find a column").fill("tailnum")
    expect(page.get_by_role("link", name="temp", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="tailnum", exact=True)).to_be_visible()


def test_journey_which_run_wrote_the_snapshot_of_these_rows(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_table(url, "curated.flights_weather"))
    page.get_by_role("tab", name="Snapshots").click()
    expect(page).to_have_url(re.compile("tab=snapshots"))
    first = page.get_by_role("row").last
    snap("table-snapshots")
    accessible()
    run = first.get_by_role("link").first.inner_text()
    first.get_by_role("link", name=re.compile("Rows as of snapshot")).click()
    expect(page.get_by_role("tab", name="Rows")).to_have_attribute("aria-selected", "true")
    grid = page.get_by_role("grid", name="curated.flights_weather")
    expect(grid).to_be_visible(timeout=60_000)
    expect(page.get_by_role("gridcell").first).not_to_be_empty(timeout=60_000)
    said = page.get_by_text("This snapshot was written by run")
    expect(said).to_contain_text(run)
    expect(said).to_contain_text("processed_to_curated.flights_weather")
    snap("table-rows-then")
    accessible()
    said.get_by_role("link", name=run).click()
    expect(page).to_have_url(re.compile("/runs/run"))


def test_a_row_opens_in_full_by_keyboard(page: Page, url: str, snap, accessible) -> None:
    page.goto(at_table(url, "raw.flights", tab="rows"))
    grid = page.get_by_role("grid", name="raw.flights")
    expect(page.get_by_role("gridcell").first).not_to_be_empty(timeout=60_000)
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    row = page.get_by_role("dialog", name="Row 2")
    expect(row).to_contain_text("tailnum")
    expect_inside(page, row)
    snap("table-row")
    accessible()
    page.keyboard.press("Escape")
    expect(row).to_have_count(0)


def test_quality_shows_tests_and_statistics_over_time(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_table(url, "curated.flights_weather", tab="quality"))
    tests = page.get_by_role("table", name="Tests")
    expect(tests.get_by_role("row")).to_have_count(3)
    expect(tests.get_by_text("passed").first).to_be_visible()
    statistics = page.get_by_role("table", name="Statistics")
    expect(statistics.get_by_role("row", name=re.compile("tailnum"))).to_contain_text("%")
    snap("table-quality")
    accessible()


def test_runs_that_touched_a_table_lead_to_themselves(page: Page, url: str) -> None:
    page.goto(at_table(url, "processed.flights", tab="runs"))
    rows = page.get_by_role("table", name="Runs that read or wrote it").get_by_role("row")
    expect(rows.filter(has_text="wrote").first).to_contain_text("raw_to_processed.flights")
    expect(rows.filter(has_text="read").first).to_contain_text("processed_to_curated")


def test_a_dataset_of_another_system_says_why_it_has_no_rows(
    page: Page, shop: str, snap, accessible
) -> None:
    page.goto(at_table(shop, "shop.public.orders", "postgres://shop:5432", tab="rows"))
    expect(page.get_by_text("This dataset is not a table of this lake")).to_be_visible()
    expect(page.get_by_role("tab", name="Rows")).to_have_count(0)
    expect(page.get_by_text("1 of 1 failed")).to_be_visible()
    snap("table-foreign")
    accessible()


def test_schema_history_marks_what_breaks(page: Page, shop: str, snap, accessible) -> None:
    page.goto(at_table(shop, "shop.public.orders", "postgres://shop:5432", tab="schema"))
    latest = page.get_by_role("region", name="Version 2")
    expect(latest).to_contain_text("note was removed")
    expect(latest).to_contain_text("breaking")
    expect(page.get_by_role("region", name="Version 1")).to_contain_text("with 2 columns")
    snap("table-schema")
    accessible()


def test_people_tag_own_and_describe_a_table(page: Page, shop: str) -> None:
    page.goto(at_table(shop, "shop.public.orders", "postgres://shop:5432"))
    page.get_by_role("textbox", name="Add a tag").fill("pii")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove pii")).to_be_visible()
    page.get_by_role("textbox", name="Add an owner").fill("ann@shop.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove ann@shop.example")).to_be_visible()
    page.get_by_role("button", name="Edit: Description").click()
    page.get_by_role("textbox", name="Description").fill("What people bought.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What people bought.")).to_be_visible()
    page.goto(f"{shop}/ui/tables?words=pii")
    expect(page.get_by_role("link", name="shop.public.orders")).to_be_visible()
    page.get_by_role("link", name="shop.public.orders").click()
    page.get_by_role("button", name="Remove pii").click()
    expect(page.get_by_role("button", name="Remove pii")).to_have_count(0)


def test_a_table_that_is_not_there_is_told(page: Page, url: str, accessible) -> None:
    page.goto(at_table(url, "curated.nope"))
    expect(page.get_by_role("alert")).to_contain_text("there is no dataset 'curated.nope'")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    accessible()
    page.goto(f"{url}/ui/tables/table")
    expect(page.get_by_role("heading", name="No table is named in the address")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tables_fit_a_phone_in_both_colours(
    page: Page, url: str, snap, accessible, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 780})
    for name, address in (
        ("tables", f"{url}/ui/tables"),
        ("table", at_table(url, "curated.flights_weather", tab="quality")),
    ):
        page.goto(address)
        expect(page.get_by_role("table").first).to_be_visible()
        expect_to_fit(page)
        snap(f"{name}-phone-{scheme}")
        accessible()
