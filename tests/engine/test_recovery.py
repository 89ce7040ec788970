"""Open runs after a crash: every case of how far a run came, and what its end is then."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import ManualClock
from headwater.engine.pending import Pending, PendingRun
from headwater.engine.recovery import recover
from headwater.engine.runs import VERSION_TO_COME, OpenRun, RunPlan, Runs
from headwater.errors import Missing, Unprocessable
from headwater.lake.contract import RUN_ID
from headwater.model.table import Snapshot, Table
from headwater.sdk.errors import TransportError
from headwater.sdk.events import OutputDataset

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
OUTPUT = OutputDataset(namespace="n", name="processed.t", facets=(VERSION_TO_COME,))
PLAN = RunPlan(job="work.t", table=("processed", "t"), outputs=(OUTPUT,))


class Server:
    """A transport that keeps events, and one that can be away or refuse."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.error: TransportError | None = None
        self.tries = 0

    def emit(self, event: bytes) -> None:
        self.tries += 1
        if self.error is not None:
            raise self.error
        self.events.append(json.loads(event))

    def close(self) -> None:
        pass

    def of(self, run_id: str) -> list[str]:
        """Return the distinct events of a run, as a lineage store keeps them."""
        unique = {json.dumps(e, sort_keys=True): e["eventType"] for e in self.events}
        return [kind for text, kind in unique.items() if json.loads(text)["run"]["runId"] == run_id]

    def ends(self, run_id: str) -> list[dict[str, Any]]:
        return [e for e in self.events if e["run"]["runId"] == run_id and e["eventType"] != "START"]


class Snapshots:
    """The tables of a lake: one, with the snapshots put into it."""

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []

    def add(self, run_id: str, at: datetime = START + timedelta(seconds=5)) -> Snapshot:
        made = Snapshot(
            id=77, parent_id=None, committed_at=at, operation="append", summary={RUN_ID: run_id}
        )
        self.snapshots.append(made)
        return made

    def get(self, zone: Any, name: str) -> Table:
        if name != "t":
            raise Missing(f"no table {name}")
        return Table(
            zone=zone,
            name=name,
            location="/t",
            fields=(),
            snapshots=tuple(self.snapshots),
            current_snapshot_id=None,
        )

    def find(self, zone: Any = None) -> tuple[Table, ...]:
        return (self.get("processed", "t"),)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def tables() -> Snapshots:
    return Snapshots()


@pytest.fixture
def runs(tmp_path: Path, server: Server) -> Runs:
    clock = ManualClock(START)
    return Runs(server, Pending(tmp_path / "pending"), clock=clock, namespace="n")


def away(runs: Runs, server: Server) -> None:
    server.error = TransportError("away", retriable=True)


def back(server: Server) -> None:
    server.error = None


def test_a_run_that_only_started_fails(runs: Runs, server: Server, tables: Snapshots) -> None:
    run = runs.start(PLAN)
    assert recover(runs, tables) == (run.run_id,)
    assert server.of(run.run_id) == ["START", "FAIL"]
    message = server.ends(run.run_id)[0]["run"]["facets"]["errorMessage"]["message"]
    assert message == "the process ended before the run did; nothing of it was committed"
    assert runs.pending.find() == ()


def test_a_run_that_prepared_and_did_not_commit_fails(
    runs: Runs, server: Server, tables: Snapshots
) -> None:
    run = runs.start(PLAN)
    run.prepare((), (OUTPUT,))
    tables.add("another-run")
    recover(runs, tables)
    assert server.of(run.run_id) == ["START", "FAIL"]


@pytest.mark.parametrize("seconds", [-5, 5])
def test_a_committed_run_completes_as_the_normal_path_would_have(
    runs: Runs, server: Server, tables: Snapshots, seconds: int
) -> None:
    """Also when the clock of the commit is behind that of the start."""
    run = runs.start(PLAN)
    run.prepare((), (OUTPUT,))
    snapshot = tables.add(run.run_id, START + timedelta(seconds=seconds))
    left = runs.pending.get(run.run_id)
    assert left is not None
    run.committed(snapshot)
    (normal,) = server.ends(run.run_id)
    runs.pending.write(left)  # as if the process had died before it sent the end

    recover(runs, tables)

    first, second = server.ends(run.run_id)
    assert json.dumps(first) == json.dumps(second) == json.dumps(normal)
    assert normal["outputs"][0]["facets"]["version"]["datasetVersion"] == "77"
    assert normal["eventTime"] >= next(e for e in server.events)["eventTime"]
    assert server.of(run.run_id) == ["START", "COMPLETE"]


def test_an_end_that_is_in_the_file_is_sent_as_it_is(
    runs: Runs, server: Server, tables: Snapshots
) -> None:
    run = runs.start(PLAN)
    away(runs, server)
    run.fail(Unprocessable("the data is wrong"))
    state = runs.pending.get(run.run_id)
    assert state is not None
    assert state.terminal is not None
    back(server)
    tables.add(run.run_id)  # the file knows better
    recover(runs, tables)
    assert server.ends(run.run_id) == [state.terminal]
    assert runs.pending.find() == ()


def test_a_failure_after_the_commit_is_a_completion(
    runs: Runs, server: Server, tables: Snapshots
) -> None:
    run = runs.start(PLAN)
    run.prepare((), (OUTPUT,))
    snapshot = tables.add(run.run_id)
    away(runs, server)
    run.committed(snapshot)
    run.fail(RuntimeError("something after the commit"))
    back(server)
    recover(runs, tables)
    assert server.of(run.run_id) == ["START", "COMPLETE"]


def test_a_table_that_is_gone_fails_its_run(runs: Runs, server: Server, tables: Snapshots) -> None:
    run = runs.start(RunPlan(job="work.x", table=("processed", "x")))
    recover(runs, tables)
    assert server.of(run.run_id) == ["START", "FAIL"]


def family(runs: Runs) -> tuple[OpenRun, OpenRun, OpenRun]:
    chain = runs.start(RunPlan(job="chain"))
    job = runs.start(RunPlan(job="work"), parent=chain)
    chain.declare([job.run_id])
    table = runs.start(PLAN, parent=job)
    job.declare([table.run_id])
    return chain, job, table


@pytest.mark.parametrize(("is_committed", "end"), [(True, "COMPLETE"), (False, "FAIL")])
def test_parents_close_last_and_as_their_children_did(
    runs: Runs, server: Server, tables: Snapshots, is_committed: bool, end: str
) -> None:
    chain, job, table = family(runs)
    table.prepare((), (OUTPUT,))
    if is_committed:
        tables.add(table.run_id)
    closed = recover(runs, tables)
    assert closed == (table.run_id, job.run_id, chain.run_id)
    ended = [e["run"]["runId"] for e in server.events if e["eventType"] != "START"]
    assert ended == [table.run_id, job.run_id, chain.run_id]
    for run in (chain, job, table):
        assert server.of(run.run_id) == ["START", end]


def test_a_declared_child_that_never_started_fails_its_parent(
    runs: Runs, server: Server, tables: Snapshots
) -> None:
    job = runs.start(RunPlan(job="work"))
    job.declare(["0190f0c4-0000-7000-8000-000000000000"])
    recover(runs, tables)
    assert server.of(job.run_id) == ["START", "FAIL"]


def test_a_parent_without_work_is_complete(runs: Runs, server: Server, tables: Snapshots) -> None:
    job = runs.start(RunPlan(job="work"))
    job.declare([])
    recover(runs, tables)
    assert server.of(job.run_id) == ["START", "COMPLETE"]


def test_recovering_twice_sends_nothing_new(
    runs: Runs, server: Server, tables: Snapshots, tmp_path: Path
) -> None:
    chain, job, table = family(runs)
    table.prepare((), (OUTPUT,))
    tables.add(table.run_id)
    before = {path: path.read_bytes() for path in (tmp_path / "pending").iterdir()}
    recover(runs, tables)
    for path, content in before.items():
        path.write_bytes(content)
    recover(runs, tables)
    for run in (chain, job, table):
        assert server.of(run.run_id) == ["START", "COMPLETE"]


def test_while_the_server_is_away_runs_stay_open_and_no_start_is_lost(
    runs: Runs, server: Server, tables: Snapshots
) -> None:
    away(runs, server)
    run = runs.start(PLAN)
    run.prepare((), (OUTPUT,))
    run.committed(tables.add(run.run_id))
    recover(runs, tables)
    assert [state.run_id for state in runs.pending.find()] == [run.run_id]
    back(server)
    recover(runs, tables)
    assert server.of(run.run_id) == ["START", "COMPLETE"]
    assert runs.pending.find() == ()


def test_only_what_may_succeed_is_tried_again(runs: Runs, server: Server) -> None:
    server.error = TransportError("away", retriable=True)
    assert not runs.send({})
    assert server.tries == 3
    server.error = TransportError("refused", retriable=False)
    assert not runs.send({})
    assert server.tries == 4


def test_an_open_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "pending")
    run = PendingRun(
        run_id="a",
        job="j",
        start={"eventType": "START"},
        parent_id="p",
        table=("curated", "t"),
        complete={"outputs": []},
        terminal={"eventType": "FAIL"},
        children={"b": None, "c": "FAIL"},
    )
    pending.write(run)
    assert pending.get("a") == run
    assert pending.get("b") is None
    (tmp_path / "pending" / "torn.draft").write_bytes(b"{")
    assert pending.find() == (run,)
    pending.tidy()
    pending.remove("a")
    pending.remove("a")
    assert list((tmp_path / "pending").iterdir()) == []


def test_only_declared_children_are_noted(tmp_path: Path) -> None:
    pending = Pending(tmp_path / "pending")
    pending.write(PendingRun(run_id="p", job="j", start={}, children={"a": None}))
    pending.note("p", "a", "COMPLETE")
    pending.note("p", "stranger", "FAIL")
    pending.note("gone", "a", "FAIL")
    pending.note(None, "a", "FAIL")
    found = pending.get("p")
    assert found is not None
    assert found.children == {"a": "COMPLETE"}
