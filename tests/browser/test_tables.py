"""The page of tables."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_every_zone_has_its_tables(page: Page, url: str, snap, accessible) -> None:
    page.goto(f"{url}/ui/tables")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tables")
    for table in ("raw.flights", "processed.flights", "curated.flights_weather"):
        expect(page.get_by_text(table, exact=True)).to_be_visible()
    snap("tables")
    accessible()
