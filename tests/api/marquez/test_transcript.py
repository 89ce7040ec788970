"""Every recorded answer of Marquez 0.51.1 is equal here, or differs for a reason in the guide."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.app.platform import Platform
from headwater.clock import ManualClock
from headwater.config import load_settings
from tests.api.marquez.differences import DIFFERENCES, Difference
from tests.api.marquez.transcript import (
    RECORDED_AT,
    Exchange,
    body_of,
    differences,
    read_transcript,
    replay,
)

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "marquez.md"
CALLS = 602


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    settings = load_settings(data=tmp_path_factory.mktemp("marquez"))
    with Platform.open(settings, clock=ManualClock(RECORDED_AT)) as opened:
        yield opened


@pytest.fixture(scope="module")
def exchanges(platform: Platform) -> list[Exchange]:
    return replay(platform)


def explained(exchange: Exchange) -> tuple[set[Difference], list[tuple[object, ...]]]:
    """Return the rows that an answer needs, and what no row explains."""
    if exchange.status != exchange.expected_status:
        rows = {d for d in DIFFERENCES if d.statuses.get(exchange.step) == exchange.status}
        where = (exchange.step, exchange.call, exchange.expected_status, exchange.status)
        return rows, [] if rows else [where]
    needed: set[Difference] = set()
    unexplained: list[tuple[object, ...]] = []
    for path, was, now in differences(exchange.expected, exchange.found):
        rows = [d for d in DIFFERENCES if d.explains(exchange.call, path, was, now)]
        needed.update(rows[:1])
        if not rows:
            unexplained.append((exchange.step, exchange.call, path, was, now))
    return needed, unexplained


def test_every_answer_is_equal_or_differs_for_a_reason(exchanges: list[Exchange]) -> None:
    assert len(exchanges) == CALLS
    kinds: Counter[str] = Counter()
    found: list[tuple[object, ...]] = []
    for exchange in exchanges:
        rows, unexplained = explained(exchange)
        found += unexplained
        is_equal = all(row.is_chance for row in rows) and not unexplained
        kinds["unexplained" if unexplained else "equal" if is_equal else "deliberately other"] += 1
    print(f"of {CALLS} recorded answers:", ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
    assert found == []


def test_every_row_of_the_table_still_differs(exchanges: list[Exchange]) -> None:
    used = {row.here for exchange in exchanges for row in explained(exchange)[0]}
    assert [row.here for row in DIFFERENCES if row.here not in used] == []
    statuses = {e.step: (e.expected_status, e.status) for e in exchanges}
    listed = {step: status for row in DIFFERENCES for step, status in row.statuses.items()}
    assert {step: statuses[step] for step in listed if statuses[step][0] == statuses[step][1]} == {}


def test_the_guide_has_the_table_and_no_other_rows() -> None:
    table = GUIDE.read_text().partition("## Deliberate differences")[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert rows[0] == ("here", "in Marquez")
    assert rows[1:] == [(row.here, row.marquez) for row in DIFFERENCES]


def test_answers_are_json_where_marquez_answers_json(exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        if exchange.found is not None:
            assert "json" in exchange.media_type, exchange.call


def test_events_read_back_as_they_were_sent(platform: Platform, exchanges: list[Exchange]) -> None:
    sent = []
    for step in read_transcript():
        if step["section"] == "events" and step["method"] == "POST":
            sent.append(json.loads(body_of(step)))
    answer = next(e for e in exchanges if e.step == 270)
    runs = [event for event in sent if "run" in event]
    assert answer.found["totalCount"] >= len(runs) - 1  # one of them is a duplicate
    assert all(event in runs for event in answer.found["events"] if "headwater" not in event)
