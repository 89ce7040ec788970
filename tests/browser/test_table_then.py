"""A table as of a snapshot: its figures are those of then."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import request

TABLE = "curated.flights_weather"


def test_the_figures_of_a_table_are_those_of_the_chosen_snapshot(
    page: Page, url: str, snap, accessible
) -> None:
    snapshots = request(f"{url}/api/v2/tables/snapshots?table={TABLE}")["snapshots"]
    then = min(snapshots, key=lambda one: one["rows"])
    now = snapshots[0]["rows"]
    query = {"namespace": "headwater", "name": TABLE, "tab": "rows"}
    # In quotes, as the page writes it: the id is too long for a number.
    query["snapshot"] = json.dumps(then["id"])
    page.goto(f"{url}/ui/tables/table?{urlencode(query)}")
    figures = page.get_by_role("region", name="The table as of the chosen snapshot.")
    rows = figures.get_by_role("definition").first
    expect(rows).to_contain_text(f"{then['rows']:,}")
    expect(rows).to_contain_text(f"now {now:,}")
    expect(figures.get_by_role("definition").last).to_contain_text("not known")
    snap("table-then")
    accessible()
    page.set_viewport_size({"width": 360, "height": 740})
    expect_to_fit(page)
    figures.get_by_role("link", name="Show it as it is now").click()
    expect(figures).to_have_count(0)
    expect(page).to_have_url(re.compile("tab=rows$"))
