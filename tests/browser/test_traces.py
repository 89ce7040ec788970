"""The pages about traces: found, opened, read, and led from and to runs and tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from bench._sent_traces import MESSAGE, SERVICES, SentTrace, send_log, send_trace
from tests.browser.sizes import expect_in_order, expect_to_fit
from tests.journey.test_first_minutes import request

SPANS = 10_000
PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def big(url: str) -> SentTrace:
    """A trace of ten thousand spans of five services, which failed."""
    trace = send_trace(url, spans=SPANS)
    send_log(url, trace, "no entry after midnight")
    return trace


@pytest.fixture
def opened(page: Page, url: str, big: SentTrace) -> Locator:
    """The rows of the big trace."""
    page.goto(f"{url}/ui/traces/trace?id={big.trace_id}")
    grid = page.get_by_role("treegrid", name="Spans of the trace")
    expect(grid).to_be_visible()
    return grid


def failed_trace(url: str) -> dict[str, Any]:
    """A trace of a run of the demo that failed."""
    found = request(f"{url}/api/v2/trace-search?errors=true&service=headwater.jobs")
    return next(one for one in found["traces"] if one["runs"][0]["state"] == "FAILED")


def test_traces_are_listed_with_their_runs(page: Page, url: str, snap, accessible) -> None:
    page.goto(f"{url}/ui/traces")
    expect(page.get_by_role("heading", level=1)).to_have_text("Traces")
    rows = page.get_by_role("table", name="Traces").get_by_role("row")
    expect(rows.filter(has_text="failed").first).to_contain_text("headwater.jobs")
    expect(page.get_by_role("img", name=re.compile("traces by start and length"))).to_be_visible()
    snap("traces")
    accessible()


def test_filters_narrow_the_list_and_stand_in_the_address(page: Page, url: str, big) -> None:
    page.goto(f"{url}/ui/traces")
    page.get_by_role("combobox", name="Service", exact=True).click()
    page.get_by_role("option", name=SERVICES[0], exact=True).click()
    table = page.get_by_role("table", name="Traces")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile(f"service={SERVICES[0]}"))
    page.get_by_role("combobox", name="Attributes").fill("shop.city:Oslo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No trace is like that")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").first.click()
    expect(table.get_by_role("row").nth(2)).to_be_visible()


def test_traces_of_a_table_are_those_of_its_jobs(page: Page, url: str, big) -> None:
    page.goto(f"{url}/ui/traces")
    page.get_by_role("combobox", name="Table", exact=True).fill("station")
    page.get_by_role("option", name="curated.station_weather").click()
    expect(page).to_have_url(re.compile(r"dataset=curated\.station_weather"))
    table = page.get_by_role("table", name="Traces")
    expect(table).not_to_contain_text("web")
    expect(table).to_contain_text("refresh")


def test_a_service_has_the_same_colour_in_every_trace(page: Page, opened: Locator) -> None:
    def with_another_first(route: Route) -> None:
        outline = route.fetch().json()
        outline["services"].insert(0, "another")
        outline["spans"]["service"] = [place + 1 for place in outline["spans"]["service"]]
        route.fulfill(json=outline)

    legend = page.get_by_role("region", name="Services")
    expect(legend).to_contain_text(SERVICES[-1])
    alone = _colours(legend)
    page.route("**/outline", with_another_first)
    page.reload()
    expect(legend).to_contain_text("another")
    assert _colours(legend).items() > alone.items()
    assert set(alone) == set(SERVICES)


def _colours(legend: Locator) -> dict[str, str]:
    told: list[tuple[str, str]] = legend.evaluate(
        """legend => [...legend.children].map(one =>
           [one.textContent, getComputedStyle(one.firstChild).backgroundColor])"""
    )
    return dict(told)


def test_a_click_on_a_point_opens_its_trace(page: Page, url: str, big: SentTrace) -> None:
    page.goto(f"{url}/ui/traces?service={SERVICES[0]}")
    expect(page.get_by_text("1 trace, 1 with errors")).to_be_visible()
    point = page.get_by_role("img", name=re.compile("traces by start and length"))
    box = point.bounding_box()
    assert box is not None
    # One point stands in the middle of its time; where its length puts it is not known here.
    middle = (58 + box["width"] - 16) / 2
    for y in range(8, int(box["height"]), 6):
        point.hover(position={"x": middle, "y": y})
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))")
        if point.get_attribute("data-near") == "true":
            break
    point.click(position={"x": middle, "y": y})
    expect(page).to_have_url(re.compile(big.trace_id))


def test_open_the_trace_of_a_failed_run(page: Page, url: str, snap, accessible) -> None:
    """The journey from the trace: which run failed, why, and which table lacks its rows."""
    trace = failed_trace(url)
    job = trace["runs"][0]["job"]["name"]
    page.goto(f"{url}/ui/")
    page.get_by_role("link", name="Traces", exact=True).click()
    page.get_by_role("switch", name="With errors only").check()
    expect(page.get_by_role("table", name="Traces").get_by_text("complete")).to_have_count(0)
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=job)).first
    row.get_by_role("link", name=trace["operation"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(trace["operation"])
    page.get_by_role("button", name="Next error").click()
    span = page.get_by_role("complementary", name="Span")
    expect(span.get_by_role("heading", level=2)).to_have_text(job)
    expect(span).to_contain_text("would not be as expected")
    expect(span.get_by_role("link", name=re.compile("^curated"))).to_have_attribute(
        "href", re.compile(r"/tables/table\?.*curated")
    )
    snap("trace-failed")
    accessible()
    span.get_by_role("link", name="…" + trace["runs"][0]["id"][-8:], exact=True).click()
    expect(page).to_have_url(re.compile(f"/runs/run.*{trace['runs'][0]['id']}"))


def test_of_ten_thousand_spans_only_those_in_sight_are_drawn(opened: Locator, page: Page) -> None:
    expect(page.get_by_text("10,000 spans in 5 services")).to_be_visible()
    expect(opened).to_have_attribute("aria-rowcount", str(SPANS + 1))
    assert opened.get_by_role("row").count() < 100
    opened.focus()
    page.keyboard.press("End")
    expect(opened.locator(f"[aria-rowindex='{SPANS + 1}']")).to_be_visible()
    assert opened.get_by_role("row").count() < 100


def test_rows_are_gone_through_by_keyboard(opened: Locator, page: Page, accessible) -> None:
    opened.focus()
    page.keyboard.press("ArrowDown")
    active = opened.locator("[data-active=true]")
    expect(active).to_have_attribute("aria-level", "2")
    expect(active).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(active).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(active).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(active).to_have_attribute("aria-level", "1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Span")).to_be_visible()
    accessible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Span")).to_have_count(0)


def test_next_error_is_the_span_that_failed_by_itself(
    opened: Locator, page: Page, big: SentTrace, snap, accessible
) -> None:
    opened.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(f"span=.*{big.failed}"))
    span = page.get_by_role("complementary", name="Span")
    expect(span).to_contain_text("LedgerClosedError: the ledger is closed")
    expect(span).to_contain_text('File "ledger.py", line 41, in post')
    expect(span).to_contain_text("no entry after midnight")
    expect(opened.locator("[aria-selected=true]")).to_be_visible()
    snap("trace-big")
    accessible()


def test_an_attribute_leads_to_the_traces_that_have_it(
    opened: Locator, page: Page, big: SentTrace
) -> None:
    opened.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Traces with shop.city: Aarhus").click()
    expect(page.get_by_role("table", name="Traces").get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile("attributes="))


def test_words_are_found_in_names_messages_and_attributes(opened: Locator, page: Page) -> None:
    find = page.get_by_role("textbox", name="Find in the trace")
    find.fill(MESSAGE)
    expect(page.get_by_role("status").filter(has_text="span")).to_have_text(
        re.compile(r"^\d+ spans$")
    )
    find.fill("aarhus")
    expect(page.get_by_role("status").filter(has_text="span")).to_have_text(
        re.compile(r"^\d+ spans$")
    )
    page.get_by_role("button", name="Next found span").click()
    expect(page.get_by_role("complementary", name="Span")).to_contain_text("Aarhus")
    find.fill("nothing like this")
    expect(page.get_by_role("status").filter(has_text="span")).to_have_text("0 spans")


def test_dragging_over_the_small_picture_zooms(opened: Locator, page: Page) -> None:
    picture = page.get_by_role("img", name="All 10,000 spans over the time of the trace")
    box = picture.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.25, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d+.*to=\d+"))
    expect(page.get_by_role("columnheader", name="Time")).to_contain_text("20 s")
    page.get_by_role("button", name="Show the whole time").click()
    expect(page).not_to_have_url(re.compile("from="))


def test_errors_come_first_where_asked(opened: Locator, page: Page) -> None:
    second = opened.locator("[aria-rowindex='3']")
    expect(second.get_by_role("img", name="failed")).to_have_count(0)
    page.get_by_role("checkbox", name="Errors first").check()
    expect(second.get_by_role("img", name="failed")).to_be_visible()
    expect(page).to_have_url(re.compile("order=errors"))


def test_map_draws_callers_left_of_what_they_call(
    page: Page, url: str, big, snap, accessible
) -> None:
    page.goto(f"{url}/ui/traces")
    page.get_by_role("link", name="Service map").click()
    graph = page.get_by_role("region", name=re.compile("callers before"))
    services = [graph.get_by_role("link", name=service, exact=True) for service in SERVICES]
    expect_in_order(page, services)
    calls = page.get_by_role("table", name="Calls between services").get_by_role("row")
    expect(calls).to_have_count(len(SERVICES))
    expect(graph.get_by_text(re.compile("failed"))).to_have_count(len(SERVICES) - 1)
    expect(graph.get_by_text(re.compile("^p95 "))).to_have_count(len(SERVICES) - 1)
    snap("service-map")
    accessible()
    graph.get_by_role("link", name=SERVICES[-1], exact=True).click()
    expect(page.get_by_role("table", name="Traces").get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize("width", [1280, 700, 360])
def test_map_fits_its_frame(page: Page, url: str, big, snap, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{url}/ui/traces/map")
    graph = page.get_by_role("region", name=re.compile("callers before"))
    expect(graph.get_by_role("link", name=SERVICES[-1], exact=True)).to_be_visible()
    expect_to_fit(page)
    page.wait_for_function("map => map.scrollWidth <= map.clientWidth", arg=graph.element_handle())
    snap(f"service-map-{width}")


def test_calls_are_sorted_by_how_many_failed(page: Page, url: str, big) -> None:
    page.goto(f"{url}/ui/traces/map")
    table = page.get_by_role("table", name="Calls between services")
    for _ in range(2):
        table.get_by_role("button", name="Failed").click()
    shares = table.get_by_role("row").locator("td:nth-child(4)")
    expect(shares).to_have_count(len(SERVICES) - 1)
    found = [
        int(text.split()[0].replace(",", "")) / int(calls.replace(",", ""))
        for text, calls in zip(
            shares.all_inner_texts(),
            table.get_by_role("row").locator("td:nth-child(3)").all_inner_texts(),
            strict=True,
        )
    ]
    assert found in (sorted(found), sorted(found, reverse=True))
    assert len(set(found)) > 1
    table.get_by_role("link", name=re.compile("%")).first.click()
    expect(page).to_have_url(re.compile("errors=true"))
    expect(page.get_by_role("table", name="Traces").get_by_role("row")).to_have_count(2)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("traces", "No traces yet"),
        ("traces?errors=true", "No trace is like that"),
        ("traces/map", "No service sent spans yet"),
        (f"traces/trace?id={'ab' * 16}", f"there is no trace {'ab' * 16}"),
        ("traces/trace", "This address names no trace"),
    ],
)
def test_an_empty_server_says_what_to_do(
    page: Page, empty_url: str, path: str, says: str, accessible: Callable[[], None]
) -> None:
    page.goto(f"{empty_url}/ui/{path}")
    expect(page.get_by_text(says)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    accessible()


def test_a_search_that_fails_says_why_and_is_tried_again(page: Page, url: str) -> None:
    page.route("**/api/v2/trace-search*", lambda route: route.abort())
    page.goto(f"{url}/ui/traces")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    page.unroute("**/api/v2/trace-search*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("table", name="Traces")).to_be_visible()


@pytest.mark.parametrize("path", ["traces", "traces/map", "traces/trace?id={id}&span={span}"])
def test_pages_fit_a_phone_in_the_dark(page: Page, url: str, big, snap, accessible, path) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.goto(f"{url}/ui/{path.format(id=big.trace_id, span=big.failed)}")
    shown = {
        "traces": page.get_by_role("table", name="Traces"),
        "traces/map": page.get_by_role("region"),
    }
    expect(shown.get(path, page.get_by_text("LedgerClosedError: the").first)).to_be_visible()
    expect_to_fit(page)
    snap(f"phone-{re.sub('[^a-z]+', '-', path.partition('?')[0])}")
    accessible()
