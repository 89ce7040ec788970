"""The pages about lineage events: the log, conformance, what was refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sending import run_event, send
from tests.browser.sizes import expect_to_fit
from tests.browser.test_ingest import write
from tests.journey.test_first_minutes import serving

Snap = Callable[[str], Path]


@pytest.fixture
def own_url(tmp_path: Path) -> Iterator[str]:
    """A server of this test alone."""
    with serving(tmp_path / "data") as (url, _):
        yield url


def send_refused(url: str) -> None:
    """Send an event without a job, which is refused and kept."""
    event: dict[str, Any] = run_event("COMPLETE", "sum_up")
    del event["job"]
    with suppress(HTTPError):
        send(f"{url}/api/v1/lineage", event)


def test_the_log_shows_every_event(page: Page, url: str, snap: Snap, accessible) -> None:
    page.goto(f"{url}/ui/events")
    expect(page.get_by_role("heading", level=1)).to_have_text("Events")
    table = page.get_by_role("table", name="Events")
    expect(table.get_by_role("row")).to_have_count(51)
    snap("events")
    accessible()
    page.get_by_role("link", name="Next page").click()
    expect(page).to_have_url(re.compile("after="))
    expect(page.get_by_role("link", name="First page")).to_be_visible()


def test_events_are_found_by_type_and_job(page: Page, url: str, accessible) -> None:
    page.goto(f"{url}/ui/events")
    page.get_by_label("Type").select_option("FAIL")
    rows = page.get_by_role("table", name="Events").get_by_role("row")
    # How often the chain ran before the reading was corrected depends on the machine.
    expect(rows.filter(has_text="FAIL").filter(has_text="refresh").first).to_be_visible()
    expect(rows.filter(has_not_text="FAIL")).to_have_count(1)
    page.get_by_role("textbox", name="Job").fill("station")
    page.get_by_role("textbox", name="Job").press("Enter")
    expect(rows.filter(has_text="refresh")).to_have_count(0)
    expect(rows.filter(has_text="station_weather").first).to_be_visible()
    expect(rows.filter(has_not_text="station_weather")).to_have_count(1)
    expect(page).to_have_url(re.compile("what=FAIL&job=station|job=station&what=FAIL"))
    page.get_by_role("textbox", name="Job").fill("nobody")
    page.get_by_role("textbox", name="Job").press("Enter")
    expect(page.get_by_text("No event is like that")).to_be_visible()
    accessible()
    page.get_by_role("button", name="Clear filters").click()
    expect(rows).to_have_count(51)


def test_an_event_has_its_findings_beside_it(
    page: Page, own_url: str, snap: Snap, accessible
) -> None:
    event = run_event("COMPLETE", "sum_up")
    event["outputs"][0]["facets"]["schema"]["fields"] = "none"
    event["eventTime"] = "yesterday"
    send(f"{own_url}/api/v1/lineage", event)
    page.goto(f"{own_url}/ui/events")
    expect(page.get_by_text(re.compile(r"\d errors?"))).to_be_visible()
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Event 1")
    finding = page.get_by_role("list", name="What is off").get_by_role("button")
    wrong = finding.filter(has_text="/outputs/0/facets/schema/fields").first
    wrong.click()
    expect(page.locator("code[data-here]")).to_contain_text('"fields": "none"')
    expect(page.locator("code[data-mark=error]").first).to_be_visible()
    snap("event")
    accessible()
    page.get_by_role("link", name="To the list").click()
    expect(page.get_by_role("table", name="Events")).to_be_visible()


def test_conformance_is_shown_by_producer(page: Page, url: str, snap: Snap, accessible) -> None:
    page.goto(f"{url}/ui/events/conformance")
    expect(page.get_by_role("heading", level=1)).to_have_text("Conformance")
    expect(page.get_by_text(re.compile("entries looked at"))).to_be_visible()
    page.get_by_label("Show").select_option("Everything")
    expect(page).to_have_url(re.compile("level=info"))
    snap("conformance")
    accessible()


def test_a_mistake_leads_to_an_event_that_has_it(page: Page, own_url: str) -> None:
    event = run_event("COMPLETE", "sum_up")
    event["eventTime"] = "yesterday"
    send(f"{own_url}/api/v1/lineage", event)
    page.goto(f"{own_url}/ui/events/conformance")
    mistakes = page.get_by_role("table", name="What is off in events of https://example.com/shop")
    row = mistakes.get_by_role("row").filter(has_text="/eventTime").first
    row.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Event 1")


def test_a_refused_event_is_fixed_and_replayed(
    page: Page, own_url: str, snap: Snap, accessible
) -> None:
    send_refused(own_url)
    page.goto(f"{own_url}/ui/")
    page.get_by_role("link", name="1 lineage event was refused").click()
    page.get_by_role("table", name="Refused events").get_by_role("link").click()
    editor = page.get_by_role("textbox", name="Body of the event")
    expect(editor).to_contain_text("eventType")
    page.mouse.move(1, 1)  # away from what has a tooltip
    snap("refused")
    accessible()
    write(editor, "{}")
    page.get_by_role("button", name="Fix and replay").click()
    expect(page.get_by_role("alert").filter(has_text="Still refused")).to_be_visible()
    write(editor, str(run_event("COMPLETE", "sum_up")).replace("'", '"'))
    page.get_by_role("button", name="Fix and replay").click()
    expect(page.get_by_text("It is in the log now.")).to_be_visible()
    expect(page.get_by_text("0 events wait.")).to_be_visible()
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_role("link", name="sum_up")).to_be_visible()


def test_a_refused_event_is_deleted_when_somebody_is_sure(page: Page, own_url: str) -> None:
    send_refused(own_url)
    page.goto(f"{own_url}/ui/events/refused")
    page.get_by_role("table", name="Refused events").get_by_role("link").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("It is gone.")).to_be_visible()


def test_who_may_not_delete_is_told_the_role(page: Page, own_url: str) -> None:
    send_refused(own_url)
    admin = send(f"{own_url}/api/v2/tokens", {"name": "root", "role": "admin"})
    writer = send(
        f"{own_url}/api/v2/tokens", {"name": "ann", "role": "writer"}, token=admin["secret"]
    )
    page.goto(f"{own_url}/ui/events/refused")
    page.get_by_label("Token").fill(writer["secret"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("table", name="Refused events").get_by_role("link").click()
    expect(page.get_by_text("Deleting needs a token with the role admin.")).to_be_visible()
    expect(page.get_by_role("button", name="Fix and replay")).to_be_enabled()


@pytest.mark.parametrize("path", ["events", "events?sequence=3", "events/conformance"])
def test_a_phone_shows_it_without_scrolling_sideways(
    page: Page, url: str, path: str, snap: Snap, accessible
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{url}/ui/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    expect_to_fit(page)
    snap(f"{re.sub('[^a-z]+', '-', path)}-360")
    accessible()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("events", "No event has come yet"),
        ("events/conformance", "No event has come yet"),
        ("events/refused", "No event was refused"),
    ],
)
def test_an_empty_server_says_so(
    page: Page, empty_url: str, path: str, words: str, accessible
) -> None:
    page.goto(f"{empty_url}/ui/{path}")
    expect(page.get_by_text(words)).to_be_visible()
    page.emulate_media(color_scheme="dark")
    accessible()


def test_an_event_that_is_not_there_says_so(page: Page, empty_url: str, accessible) -> None:
    page.goto(f"{empty_url}/ui/events?sequence=99")
    expect(page.get_by_role("alert")).to_contain_text("the log has no event 99")
    accessible()
