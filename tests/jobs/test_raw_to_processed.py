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


def test_events_of_1970_and_2100_are_refused(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    early, late = data(at="1970-01-01T00:00:00Z"), data(at="2100-01-01T00:00:00Z")
    lake.put("sales", [line(1, early), line(2, late), line(3, data())])
    (result,) = lake.run()
    assert (result.rows_out, result.rows_quarantined) == (1, 2)
    reasons = [r.reason for r in lake.quarantine.find()]
    assert "before 1990" in reasons[0]
    assert "a day after its reception" in reasons[1]


def test_numbers_beyond_the_type_are_refused_with_their_path(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    head = b'{"id":"%d","source":"sales","received_at":"2026-03-01T10:00:00Z","data":'
    start = b'{"user":"a","at":"2026-02-28T23:30:00Z",'
    lines = [
        head % 1 + start + b'"count":9223372036854775808}}\n',
        head % 2 + start + b'"amount":1e400}}\n',
        head % 3 + start + b'"count":1}}\n',
    ]
    lake.put_bytes("sales", b"".join(lines), 3)
    (result,) = lake.run()
    assert (result.error, result.rows_out, result.rows_quarantined) == (None, 1, 2)
    assert {r.path for r in lake.quarantine.find()} == {"/count", "/amount"}


def test_a_new_field_is_null_in_earlier_rows(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data("ada"))])
    lake.run()
    properties = {**SCHEMA["properties"], "shop": {"type": "string"}}
    lake.registry.register("sales", {**SCHEMA, "properties": properties}, actor="test")
    lake.put("sales", [line(2, data("bob", shop="north"))])
    (result,) = lake.run()
    assert result.error is None
    assert {r["user"]: r["shop"] for r in lake.rows("processed", "sales")} == {
        "ada": None,
        "bob": "north",
    }


def test_an_earlier_record_found_later_takes_the_place(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(2, data(), "2026-03-01T11:00:00Z"), line(5, data("bob"))])
    lake.run()
    lake.put("sales", [line(1, data(), "2026-03-01T09:00:00Z")])
    lake.run()
    rows = {r["user"]: r["id"] for r in lake.rows("processed", "sales")}
    assert rows == {"ada": "id-0001", "bob": "id-0005"}


def test_undeclared_fields_are_counted(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data(extra=1, more=None)), line(2, data("bob", amount=None))])
    lake.run()
    (snapshot,) = lake.tables.get("processed", "sales").snapshots
    assert snapshot.summary["headwater.undeclared-fields"] == "2"
    assert snapshot.summary["headwater.inputs"] == "raw.sales:1-1"
    assert snapshot.summary["headwater.bookmark.raw"] == "1"


def test_a_failing_source_leaves_its_table_whole_and_others_go_on(lake: Any) -> None:
    for source in ("bikes", "cars"):
        lake.registry.register(source, SCHEMA, actor="test")
        lake.put(source, [line(1, data())])
    lake.run()
    before = lake.rows("processed", "bikes")
    broken = lake.put("bikes", [line(2, data("bob"))])
    (lake.folder / "lake" / broken.path).unlink()
    lake.put("cars", [line(2, data("bob"))])
    results = {r.table: r for r in lake.run()}
    assert broken.path in results["processed.bikes"].error
    assert lake.rows("processed", "bikes") == before
    assert len(lake.rows("processed", "cars")) == 2
    failed = [e for e in lake.events if e["eventType"] == "FAIL"]
    assert [e["job"]["name"] for e in failed] == ["raw_to_processed.bikes", "raw_to_processed"]
    assert broken.path in failed[0]["run"]["facets"]["errorMessage"]["message"]


def test_a_source_without_records_that_can_be_used_has_an_empty_table(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, None)])
    (result,) = lake.run("refresh")[:1]
    assert (result.error, result.rows_out) == (None, 0)
    assert lake.rows("processed", "sales") == []
    assert lake.run("refresh") == ()


def test_complete_tells_version_statistics_and_lineage(lake: Any) -> None:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1, data(amount=1.5))])
    (result,) = lake.run()
    complete = next(
        e
        for e in lake.events
        if e["run"]["runId"] == result.run_id and e["outputs"][0]["facets"].get("version")
    )
    assert complete["eventType"] == "COMPLETE"
    (read,), (written,) = complete["inputs"], complete["outputs"]
    assert read["name"] == "raw.sales"
    assert read["facets"]["version"]["datasetVersion"] == "1"
    assert read["inputFacets"]["inputStatistics"]["rowCount"] == 1
    assert written["facets"]["version"]["datasetVersion"] == str(result.snapshot_id)
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 1
    assert written["facets"]["dataQualityMetrics"]["rowCount"] == 1
    lineage = written["facets"]["columnLineage"]
    assert lineage["fields"]["amount"]["inputFields"][0]["field"] == "amount"
    parent = complete["run"]["facets"]["parent"]
    assert parent["job"]["name"] == "raw_to_processed"
