"""Raw segments become typed tables."""

from __future__ import annotations

from typing import Any

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user": {"type": "string"},
        "amount": {"type": ["number", "null"]},
        "count": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["user", "at"],
    "x-event-time": "at",
}


def data(user: str = "ada", at: str = "2026-02-28T23:30:00Z", **more: Any) -> dict[str, Any]:
    return {"user": user, "at": at, **more}


def line(number: int, value: Any, received_at: str = "2026-03-01T10:00:00Z") -> dict[str, Any]:
    return {"id": f"id-{number:04}", "received_at": received_at, "data": value}


def test_records_become_typed_rows(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data(amount=2.5, count=3)), line(2, data("bob", amount=None))])
    (result,) = lake.run()
    assert (result.rows_in, result.rows_out, result.rows_quarantined) == (2, 2, 0), result.error
    ada, bob = lake.rows("processed", "sales")
    assert (ada["user"], ada["amount"], ada["count"], ada["quality_score"]) == ("ada", 2.5, 3, 1.0)
    assert (bob["user"], bob["amount"], bob["count"], bob["quality_score"]) == (
        "bob",
        None,
        None,
        0.5,
    )
    assert (ada["year"], ada["month"], ada["day"]) == (2026, 2, 28)


def test_running_twice_changes_nothing(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data())])
    lake.run()
    before = lake.rows("processed", "sales")
    assert lake.run() == ()
    assert lake.rows("processed", "sales") == before
    assert lake.snapshots("processed", "sales") == 1


def test_refused_records_are_in_quarantine_with_their_reason(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data()), line(2, None), line(3, data(count="many"))])
    (result,) = lake.run()
    assert (result.rows_out, result.rows_quarantined, result.error) == (1, 2, None)
    null, wrong = lake.quarantine.find()
    assert (null.path, null.reason) == ("", "the data is null, not an object")
    assert wrong.path == "/count"
    assert wrong.data == b'{"user": "ada", "at": "2026-02-28T23:30:00Z", "count": "many"}'
    assert lake.events[-2]["eventType"] == "COMPLETE"
