from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading import listing, run_pages
from headwater.lineage.reading.run_pages import RunFilter
from headwater.lineage.reading.runs import STATES
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Name
from headwater.model.principal import LOCAL
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)
RUNS = 60


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def event(number: int) -> dict[str, Any]:
    """Return one event of a run; every tenth is the parent of the nine after it."""
    types = ("COMPLETE", "COMPLETE", "FAIL", "START", "ABORT", "COMPLETE", "OTHER")
    facets = {}
    if number % 10:
        above = number - number % 10
        job = {"namespace": "ns", "name": f"job_{above % 7}"}
        facets = {"parent": {"run": {"runId": run_id(above)}, "job": job}}
    return {
        "eventType": types[number % len(types)] if number < RUNS // 2 else "COMPLETE",
        "eventTime": f"2026-03-01T08:{number // 2:02d}:00Z",  # two at the same time
        "producer": "urn:test",
        "run": {"runId": run_id(number), "facets": facets},
        "job": {"namespace": "ns" if number % 3 else "other", "name": f"job_{number % 7}"},
        "outputs": [{"namespace": "ns", "name": f"d{number % 11}"}],
    }


def put(log: SqlLineage, *bodies: bytes, is_command: bool = False) -> None:
    arrivals = [
        Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=is_command)
        for body in bodies
    ]
    assert all(isinstance(one, Applied) for one in log.apply(arrivals))


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    opened = lineage_backend.open()
    bodies = [json.dumps(event(number)).encode() for number in range(RUNS)]
    random.Random(3).shuffle(bodies)
    put(opened, *bodies)
    return opened


@pytest.fixture
def view(log: SqlLineage) -> Iterator[LineageView]:
    with LineageReads(log.engine).view() as opened:
        yield opened


def walk(view: LineageView, wanted: RunFilter, limit: int) -> list[int]:
    """Follow the cursors from the first page to the last."""
    found: list[int] = []
    after = None
    while True:
        page = view.run_pages.page(wanted, limit=limit, after=after)
        assert len(page.keys) == limit or page.next is None
        found += page.keys
        after = page.next
        if after is None:
            return found


@given(limit=st.integers(1, RUNS + 1), offset=st.integers(0, RUNS + 1))
def test_pages_of_runs_are_cut_out_of_one_order(view: LineageView, limit: int, offset: int) -> None:
    whole = view.run_pages.page(RunFilter(), limit=RUNS * 2)
    assert (len(whole.keys), whole.next) == (RUNS, None)
    assert walk(view, RunFilter(), limit) == whole.keys
    cut = view.run_pages.page(RunFilter(), limit=limit, offset=offset).keys
    assert cut == whole.keys[offset : offset + limit]


@pytest.mark.parametrize("few", [0, 1_000])
def test_filter_by_state_takes_the_state_that_is_shown(
    view: LineageView, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(run_pages, "_FEW", few)
    monkeypatch.setattr(run_pages, "_BATCH", 7)
    for job, state in product((None, "job_0", "job_3"), STATES):
        key = None if job is None else view.names.find("job", Name("ns", job))
        everything = view.run_pages.page(RunFilter(job=key), limit=RUNS).keys
        shown = view.families.effective_states(everything)
        expected = [run for run in everything if shown[run] == state]
        wanted = RunFilter(job=key, state=state)
        assert view.run_pages.page(wanted, limit=RUNS).keys == expected
        assert walk(view, wanted, 4) == expected
        assert view.run_pages.page(wanted, limit=3, offset=2).keys == expected[2:5]


def test_state_of_a_child_is_found_at_its_parent(view: LineageView) -> None:
    found = view.run_pages.page(RunFilter(state="FAILED"), limit=RUNS).keys
    own = {run.id: run.own_state for run in view.runs.by_keys(found).values()}
    assert "COMPLETED" in own.values()
    assert run_id(0) in own


def test_cursor_that_no_page_gave_is_refused(view: LineageView) -> None:
    for cursor in ("", "x", "é", "AAAA", "A" * 100):
        with pytest.raises(Invalid, match="is no cursor"):
            view.run_pages.page(RunFilter(), limit=1, after=cursor)


@pytest.mark.parametrize(("far", "space"), [(0, None), (1_000, None), (0, "ns"), (0, "other")])
def test_pages_of_jobs_and_datasets_leave_out_what_is_hidden(
    log: SqlLineage, monkeypatch: pytest.MonkeyPatch, far: int, space: str | None
) -> None:
    monkeypatch.setattr(listing, "_FAR", far)

    def listed(kind: Any) -> list[Name]:
        with LineageReads(log.engine).view() as view:
            key = None if space is None else view.names.namespace(space)
            whole = view.listing.page(kind, namespace=key, limit=100, offset=0)
            pages = [
                item
                for offset in range(0, 30, 3)
                for item in view.listing.page(kind, namespace=key, limit=3, offset=offset)
            ]
            assert pages == whole
            assert view.listing.count(kind, namespace=key) == len(whole)
            names = view.names.of(kind, whole)
            return [names[item] for item in whole]

    def command(verb: Any, entity: Any, namespace: str, name: str = "") -> None:
        made = Command(verb=verb, entity=entity, namespace=namespace, name=name)
        put(log, made.to_bytes(), is_command=True)

    jobs, datasets = listed("job"), listed("dataset")
    command("delete", "job", "ns", "job_1")
    command("delete", "dataset", "ns", "d4")
    assert listed("job") == [name for name in jobs if name != Name("ns", "job_1")]
    assert listed("dataset") == [name for name in datasets if name != Name("ns", "d4")]
    command("delete", "namespace", "other")
    assert listed("job") == [n for n in jobs if n != Name("ns", "job_1") and n.namespace != "other"]
    command("undelete", "job", "ns", "job_1")
    assert listed("job") == [name for name in jobs if name.namespace != "other"]


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
@pytest.mark.parametrize("kind", ["dataset", "job"])
def test_pages_behind_a_place_are_cut_out_of_one_order_of_all_namespaces(
    log: SqlLineage, kind: Any, limit: int
) -> None:
    spaces = ("b", "ns", "a", "gone", "c")
    outputs = [{"namespace": space, "name": name} for space in spaces for name in ("y", "x")]
    for number, at in enumerate(("08:29", "08:29", "08:10")):  # as late as others, and between
        named = {**event(RUNS + number), "outputs": outputs[number:]}
        job = {"namespace": spaces[number], "name": "late"}
        put(log, json.dumps({**named, "job": job, "eventTime": f"2026-03-01T{at}:00Z"}).encode())
    for name in ("a", "gone"):
        deleted = Command(verb="delete", entity="namespace", namespace=name, name="")
        put(log, deleted.to_bytes(), is_command=True)
    with LineageReads(log.engine).view() as view:
        whole = view.listing.page(kind, namespace=None, limit=100, offset=0)
        found: list[int] = []
        place = None
        while page := view.listing.behind(place, kind, namespace=None, limit=limit):
            found += [one.key for one in page]
            place = page[-1].place
        assert found == whole
        assert {"a", "gone"}.isdisjoint(n.namespace for n in view.names.of(kind, whole).values())


def test_pages_walk_an_index_and_sort_nothing(tmp_path: Path) -> None:
    log = SqlLineage.open(tmp_path / "lineage.db")
    plans = []
    for sql in (
        "SELECT r.id FROM run r WHERE r.kind = 0 ORDER BY r.decided_key DESC LIMIT 10",
        "SELECT id FROM run WHERE kind = 0 AND state <> 2 AND state = 4 LIMIT 10",
        "SELECT x.id FROM job x ORDER BY coalesce(x.last_us, -9000000000000000000) DESC LIMIT 10",
    ):
        with log.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
        plans.append([row[3].split(" USING ")[1].split()[-1 - ("(" in row[3])] for row in rows])
    log.close()
    assert plans == [["run_by_decision"], ["run_by_state"], ["job_by_change"]]
