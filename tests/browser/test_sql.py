"""The SQL page: write, run, stop, share, see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import serving

BY_ORIGIN = (
    "SELECT origin, count(*) AS flights, round(avg(dep_delay), 2) AS late\n"
    "FROM curated.flights_weather GROUP BY origin ORDER BY origin"
)
ENDLESS = "SELECT count(*) AS endless FROM range(1000000) a, range(10000000) b"
MILLION = 1_000_000


def at_sql(url: str, statement: str, **more: str) -> str:
    return f"{url}/ui/sql?{urlencode({'statement': statement, **more})}"


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Statement")


def write(page: Page, statement: str) -> None:
    """Replace what is in the editor as people do: mark all of it, and type."""
    editor(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(statement)


def answer(page: Page) -> Locator:
    """Return the rows, once they are there; the first statement starts the engine."""
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=60_000)
    return page.get_by_role("grid", name="Answer")


def test_journey_a_statement_is_written_with_completion_run_and_shared(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(f"{url}/ui/")
    page.get_by_role("navigation").get_by_role("link", name="SQL").click()
    expect(page.get_by_role("heading", name="Nothing asked yet")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^curated\.daily_summary"))).to_be_visible()
    accessible()
    editor(page).click()
    page.keyboard.type("SELECT count(*) AS airlines FROM processed.airl")
    expect(page.get_by_role("option", name="airlines")).to_be_visible()
    snap("sql-completion")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(answer(page).get_by_role("gridcell").first).to_have_text("16")
    expect(page).to_have_url(re.compile("statement=SELECT"))
    shared = page.url
    page.goto(f"{url}/ui/tables")
    page.goto(shared)
    expect(answer(page).get_by_role("gridcell").first).to_have_text("16")
    expect(editor(page)).to_contain_text("processed.airlines")
    expect(page.get_by_text("from cache, nothing read")).to_be_visible()


def test_a_link_runs_its_statement_and_says_what_it_cost(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_sql(url, BY_ORIGIN))
    expect(answer(page).get_by_role("row", name=re.compile("EWR"))).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="3 rows")).to_be_visible()
    source = page.get_by_role("link", name="curated.flights_weather", exact=True)
    expect(source).to_have_attribute("href", re.compile("tables/table"))
    snap("sql-answer")
    accessible()
    page.get_by_text("Chart", exact=True).click()
    expect(page).to_have_url(re.compile("view=chart"))
    expect(page.get_by_role("img", name=re.compile("flights by origin"))).to_be_visible()
    expect(page.locator("figure canvas")).to_be_visible()
    snap("sql-chart")
    accessible()


def test_a_wrong_name_is_marked_where_it_stands(page: Page, url: str, snap, accessible) -> None:
    page.goto(at_sql(url, "SELECT 'äö', carrier,\n  orgin FROM curated.flights_weather"))
    said = page.get_by_role("alert")
    expect(said).to_contain_text("Line 2, column 3", timeout=60_000)
    expect(said).to_contain_text('"orgin" not found')
    expect(page.locator(".cm-problem")).to_have_text("orgin")
    snap("sql-problem")
    accessible()
    write(page, "SELECT 1 FROM curated.flihgts")
    page.keyboard.press("Control+Enter")
    expect(said).to_contain_text("there is no table 'curated.flihgts'", timeout=60_000)
    expect(said).to_contain_text("did you mean")
    expect(page.locator(".cm-problem")).to_contain_text("curated")


def test_cancel_ends_the_statement_on_the_server(page: Page, url: str, snap) -> None:
    page.goto(at_sql(url, ENDLESS))
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The server has stopped the statement")).to_be_visible()
    snap("sql-cancelled")

    def error() -> object:
        with urlopen(f"{url}/api/v2/usage?limit=20") as reply:
            used = json.load(reply)["statements"]
        return next((one["error"] for one in used if one["statement"] == ENDLESS), None)

    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("button", name=re.compile("endless.*failed"))).to_be_visible()
    assert "stopped" in str(error())


def test_tables_and_earlier_statements_are_put_into_the_editor(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_sql(url, "SELECT 42 AS first_thing"))
    expect(answer(page)).to_be_visible()
    write(page, "SELECT ")
    page.get_by_role("searchbox", name="Find a table or column").fill("dep_delay")
    page.get_by_role("button", name=re.compile("^dep_delay")).first.click()
    expect(editor(page)).to_contain_text("SELECT dep_delay")
    expect(page.get_by_text("Edited since it was run")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    page.get_by_role("checkbox", name="Only of this browser").check()
    page.get_by_role("button", name=re.compile("first_thing")).click()
    expect(editor(page)).to_have_text("SELECT 42 AS first_thing")
    snap("sql-history")
    accessible()


def test_an_answer_is_downloaded_to_the_last_digit(page: Page, url: str) -> None:
    page.goto(at_sql(url, "SELECT 9007199254740993 AS big, 'a,b' AS text"))
    expect(answer(page).get_by_role("gridcell").first).to_have_text("9007199254740993")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download CSV").click()
    assert started.value.path().read_text() == 'big,text\n9007199254740993,"a,b"\n'


def test_a_cut_answer_says_how_many_rows_there_can_be(
    page: Page, url: str, snap, accessible
) -> None:
    page.goto(at_sql(url, "SELECT * FROM curated.flights_weather"))
    grid = answer(page)
    note = page.get_by_role("note").filter(has_text="at most 10,000 rows (query.max_rows)")
    expect(note).to_be_visible()
    expect(grid).to_have_attribute("aria-rowcount", "10001")
    grid.focus()
    page.keyboard.press("End")
    expect(grid.get_by_role("rowheader", name="10,000")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Row 10,000")).to_be_visible()
    page.keyboard.press("Escape")
    snap("sql-many")
    accessible()


def test_a_million_rows_scroll_to_the_last(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snap
) -> None:
    monkeypatch.setenv("HEADWATER_QUERY__MAX_ROWS", str(MILLION))
    monkeypatch.setenv("HEADWATER_QUERY__MAX_RESULT_BYTES", str(256 * MILLION))
    with serving(tmp_path / "data") as (url, _):
        page.goto(at_sql(url, f"SELECT range AS n, range * 2 AS twice FROM range({MILLION})"))
        grid = answer(page)
        expect(grid).to_have_attribute("aria-rowcount", str(MILLION + 1), timeout=60_000)
        page.evaluate(SCROLL)
        expect(grid.get_by_role("rowheader", name="1,000,000", exact=True)).to_be_visible()
        expect(grid.get_by_role("row").last).to_contain_text("1999998")
        snap("sql-million")


SCROLL = """async () => {
  const grid = document.querySelector('[role=grid]');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  for (let step = 0; step <= 100; step += 1) {
    grid.scrollTop = (grid.scrollHeight * step) / 100;
    await frame();
  }
}"""


def test_an_empty_lake_says_what_to_do(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/sql")
    expect(page.get_by_role("heading", name="No tables yet")).to_be_visible()
    page.goto(at_sql(empty_url, "SELECT 1 AS one WHERE false"))
    expect(page.get_by_role("heading", name="No rows")).to_be_visible(timeout=60_000)
    accessible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sql_fits_a_phone_in_both_colours(
    page: Page, url: str, snap, accessible, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(at_sql(url, BY_ORIGIN))
    expect(answer(page).get_by_role("row", name=re.compile("EWR"))).to_be_visible()
    expect_to_fit(page)
    snap(f"sql-phone-{scheme}")
    accessible()
