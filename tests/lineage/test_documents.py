"""The documents that search reads: made when they change, and only then, whatever the order."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.commands import Command
from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL
from tests.lineage_stores import ask

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FIELDS = ("name", "tags", "owners", "columns", "description", "sql")


def arrival(body: bytes, *, is_command: bool = False) -> Arrival:
    return Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=is_command)


def documents(log: SqlLineage) -> dict[str, dict[str, str]]:
    columns = ", ".join(f'"{name}"' for name in FIELDS)
    found = ask(log, f"SELECT id, {columns} FROM search_document ORDER BY id")
    return {row[1]: dict(zip(FIELDS, row[1:], strict=True)) for row in found}


def with_facets(event, at, **facets):
    made = event(at=at, outputs=["orders"])
    made["outputs"][0]["facets"] = facets
    return made


def schema(*names):
    return {"fields": [{"name": name} for name in names]}


def test_a_document_holds_what_people_search_for(store, event):
    made = with_facets(
        event,
        "2026-11-21T01:00:00Z",
        schema={"fields": [{"name": "CustomerId", "description": "who bought"}]},
        tags={"tags": [{"key": "pii", "value": "yes", "field": "CustomerId"}]},
        ownership={"owners": [{"name": "team:sales"}]},
        documentation={"description": "All orders"},
    )
    made["job"]["facets"] = {"sql": {"query": "SELECT * FROM raw"}}
    store.take_well(made)
    found = documents(store.log)
    assert found["orders"] == {
        "name": "orders",
        "tags": "pii yes",
        "owners": "team sales",
        "columns": "customer id customerid",
        "description": "all orders who bought",
        "sql": "",
    }
    assert found["j"]["sql"] == "select from raw"


def test_two_that_take_turns_leave_the_newest(store, event):
    """An event that says what an earlier one said counts again when it is the newest."""
    for hour, columns in enumerate(["a", "b", "a", "b", "a"]):
        store.take_well(with_facets(event, f"2026-11-21T0{hour}:00:00Z", schema=schema(columns)))
        assert documents(store.log)["orders"]["columns"] == columns


def test_an_older_event_that_comes_late_changes_nothing_and_hides_nothing(store, event):
    def take(hour, name):
        store.take_well(with_facets(event, f"2026-11-21T{hour:02d}:00:00Z", schema=schema(name)))
        return documents(store.log)["orders"]["columns"]

    assert take(5, "new") == "new"
    assert take(1, "old") == "new"
    assert take(2, "old") == "new"
    assert take(9, "old") == "old"
    assert take(10, "new") == "new"


def test_two_processes_that_take_turns_leave_the_newest(postgresql_backend, event):
    one = postgresql_backend.open()
    other = postgresql_backend.open(postgresql_backend.place_of(one))
    logs = itertools.cycle([one, other])
    for hour, (log, column) in enumerate(zip(logs, "abbaabab", strict=False)):
        body = json.dumps(with_facets(event, f"2026-11-21T0{hour}:00:00Z", schema=schema(column)))
        log.apply([arrival(body.encode())])
        assert documents(one)["orders"]["columns"] == column


def test_an_event_that_says_the_same_writes_no_document(store, event, monkeypatch):
    store.take_well(with_facets(event, "2026-11-21T01:00:00Z", schema=schema("a")))
    written = []
    documents_ = store.log._projector.documents
    monkeypatch.setattr(documents_, "_write", lambda *a: written.append(a))
    for hour in range(2, 6):
        made = with_facets(event, f"2026-11-21T0{hour}:00:00Z", schema=schema("a"))
        store.take_well(made | {"run": {"runId": f"00000000-0000-4000-8000-00000000000{hour}"}})
    assert written == []


def test_a_dataset_that_is_read_and_written_in_turn_is_settled(store, event, monkeypatch):
    dataset = {"namespace": "ds", "name": "orders", "facets": {"schema": schema("a")}}

    def take(minute):
        for side in ("inputs", "outputs"):
            run = f"00000000-0000-4000-8000-0000000{side == 'inputs':d}{minute:04d}"
            made = event(at=f"2026-11-21T01:{minute:02d}:00Z", job=side, run=run)
            store.take_well(made | {side: [dataset]})

    take(1)
    written = []
    monkeypatch.setattr(store.log._projector.documents, "_write", lambda *a: written.append(a))
    take(2)
    take(3)
    assert written == []


def test_what_people_say_is_searched_and_what_they_take_back_is_not(store, event):
    def say(verb, **values):
        at = values.pop("at")
        command = Command(
            verb=verb, entity="dataset", namespace="ds", name="orders", at=at, **values
        )
        (outcome,) = store.log.apply([arrival(command.to_bytes(), is_command=True)])
        assert not isinstance(outcome, Exception), outcome

    store.take_well(
        with_facets(event, "2026-11-21T01:00:00Z", tags={"tags": [{"key": "old", "value": ""}]})
    )
    say("tag", at="2026-11-21T01:10:00Z", item="gold")
    say("untag", at="2026-11-21T01:11:00Z", item="old")
    say("own", at="2026-11-21T01:12:00Z", item="ann")
    say("describe", at="2026-11-21T01:13:00Z", values={"description": "By hand"})
    found = documents(store.log)["orders"]
    assert (found["tags"], found["owners"], found["description"]) == ("gold", "ann", "by hand")


@given(seed=st.integers(0, 2**32))
def test_any_order_gives_the_same_documents_and_so_does_a_rebuild(open_store, event, seed):
    chance = random.Random(seed)
    bodies = []
    for number in range(12):
        facets = {
            name: value
            for name, value in (
                ("schema", schema(chance.choice("abc"))),
                ("documentation", {"description": chance.choice(["x", "y"])}),
                (
                    "tags",
                    {"tags": [{"key": chance.choice("pq")}], "_deleted": chance.random() < 0.3},
                ),
            )
            if chance.random() < 0.6
        }
        side = chance.choice(["inputs", "outputs"])
        made = event(at=f"2026-11-21T01:{number:02d}:00Z", job=chance.choice("jk"))
        made[side] = [{"namespace": "ds", "name": chance.choice(["o", "u"]), "facets": facets}]
        bodies.append(made)
    one, other = open_store(), open_store()
    one.take_well(*bodies)
    chance.shuffle(bodies)
    for body in bodies:
        other.take_well(body)
    assert documents(one.log) == documents(other.log)
    expected = other.log.dump()
    other.log.rebuild()
    assert other.log.dump() == expected == one.log.dump()
    one.log.close()
    other.log.close()


def test_a_store_without_documents_gets_them_with_the_next_event(lineage_backend, event):
    log = lineage_backend.open()
    place = lineage_backend.place_of(log)
    log.apply([arrival(json.dumps(event(outputs=["a", "b"])).encode())])
    delete = "DELETE FROM search_document"
    log._database.write(lambda session: session.run(delete), forget=log._forget, patient=True)
    log.close()
    again = lineage_backend.open(place)
    again.apply([arrival(json.dumps(event(job="k")).encode())])
    assert set(documents(again)) == {"a", "b", "j", "k"}


def test_the_index_of_sqlite_agrees_with_the_documents(tmp_path, event):
    log = SqlLineage.open(tmp_path / "lineage.db")
    for hour, column in enumerate("abacab"):
        made = with_facets(event, f"2026-11-21T0{hour}:00:00Z", schema=schema(column))
        log.apply([arrival(json.dumps(made).encode())])
    log.rebuild()
    check = "INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"
    log._database.write(lambda session: session.run(check), forget=log._forget, patient=True)
    log.close()
