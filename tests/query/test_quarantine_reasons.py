"""Why records wait: one reason for all that have it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headwater.model.record import QuarantinedRecord
from headwater.query import quarantine_reasons as module
from headwater.query.quarantine_reasons import pattern_of, reasons_of, records_for

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Held:
    """Records that wait, in memory."""

    def __init__(self, *records: tuple[str, str]) -> None:
        self._records = [
            QuarantinedRecord(
                key=f"{place:04d}",
                source="sensors",
                stage="ingest",
                received_at=NOW,
                path=path,
                reason=reason,
                data=b"{}",
            )
            for place, (path, reason) in enumerate(records)
        ]

    def find_waiting(
        self, *, source: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[QuarantinedRecord, ...]:
        found = [one for one in self._records if one.key > after]
        return tuple(one for one in found if source in (None, one.source))[:limit]


HOT = '"hot" is not of type "number"'
COLD = '"co is ld" is not of type "number"'


@pytest.mark.parametrize(
    ("reason", "pattern"),
    [
        (HOT, '… is not of type "number"'),
        ('"a \\" is b" is not of type "number"', '… is not of type "number"'),
        ("61.5 is greater than the maximum of 60", "… is greater than the maximum of 60"),
        ('{"a":1} is not of type "string"', '… is not of type "string"'),
        ('"room" is a required property', '"room" is a required property'),
        ("the record is no JSON", "the record is no JSON"),
    ],
)
def test_the_value_is_left_out_of_a_reason(reason, pattern):
    assert pattern_of(reason) == pattern


def test_records_that_are_wrong_in_the_same_way_are_one_reason():
    found = reasons_of(Held(("/a/0/b", HOT), ("/a/12/b", COLD), ("/c", HOT)))
    assert [(one.path, one.records) for one in found.reasons] == [("/a/*/b", 2), ("/c", 1)]
    assert (found.looked_at, found.is_partial) == (3, False)


def test_a_reason_leads_to_its_records_page_by_page():
    held = Held(*([("/c", HOT), ("/d", HOT)] * 3))
    reason = next(one for one in reasons_of(held).reasons if one.path == "/d")
    first, after = records_for(held, reason.id, source=None, after="", limit=2)
    assert [one.key for one in first] == ["0001", "0003"]
    assert after is not None
    rest, end = records_for(held, reason.id, source=None, after=after, limit=2)
    assert ([one.key for one in rest], end) == (["0005"], None)


def test_a_bound_on_what_is_looked_at_is_said(monkeypatch):
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 4)
    held = Held(*([("/c", HOT)] * 6))
    found = reasons_of(held)
    assert (found.looked_at, found.is_partial) == (4, True)
    some, after = records_for(held, found.reasons[0].id, source=None, after="", limit=100)
    assert (len(some), after) == (4, "0003")
    assert reasons_of(Held(*([("/c", HOT)] * 4))).is_partial is False
