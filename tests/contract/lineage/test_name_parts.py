"""Names are found by their parts, with the index over them and without."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.database.session import Session
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading import name_parts
from headwater.lineage.reading.log_pages import LogPages
from headwater.lineage.reading.search import Search, Wanted
from tests.contract.lineage.writer import write
from tests.lineage_stores import LineageBackend, gives_back

LETTERS = st.sampled_from('abAB%_~"*. /é☃')
NAMES = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=12, unique=True)


def _event(name: str) -> bytes:
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": "2026-11-21T01:00:00Z",
            "run": {"runId": "00000000-0000-4000-8000-000000000001"},
            "job": {"namespace": "ns", "name": name},
            "inputs": [{"namespace": "ds", "name": name}],
        }
    ).encode()


def _found(log: SqlLineage, text: str, limit: int = 1_000) -> tuple[list[tuple[str, str]], int]:
    with log.engine.connect() as connection:
        hits, total = Search(connection).find(Wanted(text=text), limit=limit)
    return [(hit.kind, hit.name.name) for hit in hits], total


@given(names=NAMES, text=st.text(LETTERS, min_size=1, max_size=5))
@gives_back
def test_search_finds_what_has_the_text_and_nothing_else(
    lineage_backend: LineageBackend, names: list[str], text: str
) -> None:
    log = lineage_backend.open()
    write(log, *(_event(name) for name in names))
    fitting = [name for name in names if text.lower() in name.lower()]
    expected = {(kind, name) for name in fitting for kind in ("job", "dataset")}
    hits, total = _found(log, text)
    assert set(hits) == expected
    assert len(hits) == total == len(expected)
    assert _found(log, text, limit=1)[1] == len(expected)
    with log.engine.connect() as connection:
        assert len(LogPages(connection).jobs_like(text, most=100)) == len(fitting)


def test_names_in_many_rows_are_found_without_the_index(
    lineage_backend: LineageBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = lineage_backend.open()
    write(log, *(_event(f"name {number}") for number in range(8)))
    by_index = _found(log, "name")
    monkeypatch.setattr(name_parts, "_MOST_BY_INDEX", 7)
    assert _found(log, "name") == by_index
    assert by_index[1] == 16


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\ud800x", '"', '"""', "AND", "~", "% _", "x" * 500]
)
def test_odd_texts_are_sought_as_they_are(lineage_backend: LineageBackend, text: str) -> None:
    log = lineage_backend.open()
    write(log, _event("other"), _event(f"before {text} after"))
    assert _found(log, text)[1] == 2


def test_a_rebuilt_store_finds_the_same_names(lineage_backend: LineageBackend) -> None:
    log = lineage_backend.open()
    write(log, *(_event(f"table_{number}") for number in range(5)))
    before = _found(log, "BLE_")
    log.rebuild()
    assert _found(log, "BLE_") == before
    assert before[1] == 10
    if log.engine.dialect.name == "sqlite":
        for kind in ("job", "dataset"):
            index = f"{kind}_trigram"
            check = f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"
            log._database.write(partial(_run, check), forget=log._forget, patient=True)


def _run(sql: str, session: Session) -> None:
    session.run(sql)
