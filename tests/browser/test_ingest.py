"""The pages about records that come in: sources, one source, the quarantine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.sending import send
from tests.browser.sizes import expect_to_fit
from tests.journey.test_first_minutes import request, serving

Snap = Callable[[str], Path]
SCHEMA = {
    "type": "object",
    "required": ["room", "celsius"],
    "properties": {"room": {"type": "string"}, "celsius": {"type": "number", "maximum": 60}},
}


@pytest.fixture
def own_url(tmp_path: Path) -> Iterator[str]:
    """A server of this test alone."""
    with serving(tmp_path / "data") as (url, _):
        yield url


def with_bad_records(url: str) -> None:
    send(f"{url}/api/v2/schemas?source=sensors", SCHEMA)
    good = [{"room": "attic", "celsius": 21.5}] * 3
    hot = [{"room": "attic", "celsius": word} for word in ("hot", "warm")]
    send(f"{url}/ingest/sensors", [*good, *hot, {"celsius": 3}])


def write(editor: Locator, text: str) -> None:
    """Put a text into a code editor in place of what is there."""
    editor.click()
    editor.press("ControlOrMeta+a")
    editor.press("Delete")
    editor.page.keyboard.insert_text(text)


def test_sources_have_their_counts(page: Page, url: str, snap: Snap, accessible) -> None:
    page.goto(f"{url}/ui/ingest")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ingest")
    row = page.get_by_role("row", name=re.compile("flights"))
    expect(row).to_contain_text("336,776")
    expect(page.get_by_role("textbox", name="Record as JSON")).to_be_visible()
    expect(page.locator("canvas")).to_be_visible()
    page.set_viewport_size({"width": 1360, "height": 1100})
    snap("ingest")
    accessible()
    page.emulate_media(color_scheme="dark")
    accessible()


def test_a_source_shows_its_schema_and_segments(
    page: Page, url: str, snap: Snap, accessible
) -> None:
    page.goto(f"{url}/ui/ingest")
    page.get_by_role("link", name="planes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("planes")
    expect(page.get_by_role("table", name=re.compile("Columns of version"))).to_be_visible()
    page.set_viewport_size({"width": 1360, "height": 1300})
    snap("ingest-source")
    accessible()
    page.get_by_role("tab", name="Segments").click()
    expect(page.get_by_role("table", name="Segments")).to_contain_text("3,322")
    expect(page).to_have_url(re.compile("part=segments"))
    accessible()


def test_an_empty_server_says_how_to_send_a_record(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/ingest")
    expect(page.get_by_text("No record has come yet")).to_be_visible()
    expect(page.get_by_text(f"curl {empty_url}/ingest/sensors")).to_be_visible()
    accessible()
    page.goto(f"{empty_url}/ui/ingest/quarantine")
    expect(page.get_by_text("Nothing waits in quarantine")).to_be_visible()
    accessible()


def test_a_source_that_is_not_there_says_so(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/ingest/source?name=nobody")
    expect(page.get_by_role("alert")).to_contain_text("there is no source 'nobody'")
    accessible()


@pytest.mark.parametrize("path", ["ingest", "ingest/source?name=planes", "ingest/quarantine"])
def test_a_phone_shows_it_without_scrolling_sideways(
    page: Page, url: str, path: str, snap: Snap
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{url}/ui/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)
    expect_to_fit(page)
    snap(f"{re.sub('[^a-z]+', '-', path)}-360")


def test_quarantined_records_are_fixed_and_replayed(
    page: Page, own_url: str, snap: Snap, accessible
) -> None:
    with_bad_records(own_url)
    page.goto(f"{own_url}/ui/")
    page.get_by_role("link", name="3 records wait in quarantine").click()
    reasons = page.get_by_role("table", name="Why records wait")
    expect(reasons.get_by_role("row")).to_have_count(3)
    kind = reasons.get_by_role("row").nth(1)
    expect(kind).to_contain_text("/celsius")
    expect(kind).to_contain_text("2")
    kind.get_by_role("link").click()
    records = page.get_by_role("table", name="Records", exact=True)
    expect(records.get_by_role("row")).to_have_count(3)
    records.get_by_role("row").nth(1).get_by_role("link").click()
    editor = page.get_by_role("textbox", name="Data of the record")
    expect(editor).to_contain_text('"hot"')
    page.set_viewport_size({"width": 1360, "height": 900})
    page.mouse.move(1, 1)  # away from what has a tooltip
    snap("quarantine")
    accessible()
    write(editor, '{"room": "attic", "celsius": 100}')
    page.get_by_role("button", name="Fix and replay").click()
    expect(page.get_by_role("alert").filter(has_text="Still wrong")).to_contain_text("/celsius")
    write(editor, '{"room": "attic", "celsius": 31.5}')
    page.get_by_role("button", name="Fix and replay").click()
    expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
    expect(page.get_by_role("table", name="Why records wait")).to_contain_text("1")
    snap("quarantine-fixed")
    waiting = request(f"{own_url}/api/v2/quarantine")
    assert waiting["waiting"] == 2


def test_all_are_replayed_after_the_schema_changed(page: Page, own_url: str, accessible) -> None:
    with_bad_records(own_url)
    page.goto(f"{own_url}/ui/ingest/quarantine")
    page.get_by_role("button", name="Replay all 3").click()
    expect(page.get_by_text("0 records were accepted; 3 are still wrong and stay.")).to_be_visible()
    page.goto(f"{own_url}/ui/ingest/source?name=sensors")
    editor = page.get_by_role("textbox", name="New version of the schema as JSON")
    write(editor, '{"type": "object", "properties": {"celsius": {}}}')
    page.get_by_role("button", name="Register").click()
    refusal = page.get_by_role("alert").filter(has_text="This version was refused")
    expect(refusal.get_by_role("list", name="What cannot change so")).to_contain_text("celsius")
    accessible()
    loose = {**SCHEMA, "required": ["celsius"]}
    write(editor, str(loose).replace("'", '"'))
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Version 2 counts from now on.")).to_be_visible()
    page.goto(f"{own_url}/ui/ingest/quarantine?source=sensors")
    page.get_by_role("button", name="Replay all 3").click()
    expect(page.get_by_text("1 record was accepted; 2 are still wrong and stay.")).to_be_visible()


def test_a_record_is_tried_and_its_errors_are_shown_by_path(
    page: Page, own_url: str, snap: Snap, accessible
) -> None:
    send(f"{own_url}/api/v2/schemas?source=sensors", SCHEMA)
    page.goto(f"{own_url}/ui/ingest/source?name=sensors&part=try")
    editor = page.get_by_role("textbox", name="Record as JSON")
    expect(editor).to_contain_text('"room": "text"')
    page.get_by_role("button", name="Send").click()
    answer = page.get_by_role("tabpanel").get_by_role("status").filter(has_text="accepted")
    expect(answer).to_contain_text("1 record accepted")
    write(editor, '[{"room": "a", "celsius": 1}, {"room": "b", "celsius": "x"}]')
    editor.press("ControlOrMeta+Enter")
    expect(page.get_by_role("list", name="What is wrong")).to_contain_text("Record 2, /celsius")
    expect(page.get_by_text("Waiting to be sealed")).to_be_visible()
    snap("ingest-try")
    accessible()
    write(editor, "attic")
    expect(page.get_by_text("This is no JSON.")).to_be_visible()
    expect(page.get_by_role("button", name="Send")).to_be_disabled()
    page.get_by_role("button", name="Seal now").click()
    # On a slow machine the server has sealed by itself before.
    told = re.compile(r"1 segment was sealed\.|Nothing waited to be sealed\.")
    expect(page.get_by_text(told)).to_be_visible()


def test_the_first_record_makes_its_source_appear(page: Page, own_url: str) -> None:
    page.goto(f"{own_url}/ui/ingest")
    page.get_by_role("textbox", name="Source").fill("weather")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name="weather")).to_be_visible()


def test_records_of_others_move_the_counts(page: Page, own_url: str) -> None:
    send(f"{own_url}/ingest/sensors", [{"a": 1}])
    page.goto(f"{own_url}/ui/ingest")
    row = page.get_by_role("row", name=re.compile("sensors"))
    expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    expect(page.get_by_role("img", name=re.compile("^Live"))).to_be_visible()
    send(f"{own_url}/ingest/sensors", [{"a": 1}, {"a": 2}])
    expect(row.get_by_role("cell").nth(1)).to_have_text("3")


def test_who_may_only_read_is_told_what_is_needed(page: Page, own_url: str, accessible) -> None:
    with_bad_records(own_url)
    admin: Any = send(f"{own_url}/api/v2/tokens", {"name": "root", "role": "admin"})
    token = admin["secret"]
    reader = send(f"{own_url}/api/v2/tokens", {"name": "ann", "role": "reader"}, token=token)
    page.goto(f"{own_url}/ui/ingest/quarantine")
    page.get_by_label("Token").fill(reader["secret"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Replay all 3")).to_be_disabled()
    expect(page.get_by_text("Your token may not write.").first).to_be_visible()
    accessible()
