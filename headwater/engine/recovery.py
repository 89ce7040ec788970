"""Closing the runs that a crash left open, by what the tables say."""

from __future__ import annotations

from datetime import datetime

from headwater.engine.pending import Outcome, PendingRun
from headwater.engine.runs import Runs, completed, ended, failed
from headwater.errors import Missing
from headwater.lake.contract import RUN_ID, Tables
from headwater.model.names import ZONES
from headwater.model.table import Snapshot
from headwater.observe import LogEvent, log


def recover(runs: Runs, tables: Tables) -> tuple[str, ...]:
    """Close every open run and return their ids; the caller holds the commit lock.

    The end is in the file: it is sent. The run is in a snapshot of its table: COMPLETE. Else
    FAIL. Runs of tables go first, then those above them. Sending twice is harmless.
    """
    closed = []
    runs.pending.tidy()
    now = runs.clock.now()
    for state in _from_below(runs.pending.find()):
        runs.send(state.start)
        _close(runs, state, tables, now)
        closed.append(state.run_id)
        log(LogEvent.RUN_RECOVERED, run=state.run_id, job=state.job)
    return tuple(closed)


def _close(runs: Runs, state: PendingRun, tables: Tables, now: datetime) -> None:
    current = runs.pending.get(state.run_id) or state  # its children just noted their ends
    if current.terminal is not None:
        is_complete = current.terminal["eventType"] == "COMPLETE"
        outcome: Outcome = "COMPLETE" if is_complete else "FAIL"
        runs.close(current, current.terminal, outcome)
        return
    if current.table is None:
        event, outcome = ended(current, now)
        runs.end(current, event, outcome)
        return
    snapshot = find_snapshot(tables, current.table, current.run_id)
    if snapshot is not None and current.complete is not None:
        runs.close(current, completed(current, snapshot), "COMPLETE")
    else:
        message = "the process ended before the run did; nothing of it was committed"
        runs.end(current, failed(current, now, message=message), "FAIL")


def find_snapshot(tables: Tables, table: tuple[str, str], run_id: str) -> Snapshot | None:
    """Return the snapshot that a run made in its table, None when it made none."""
    zone, name = table
    try:
        found = tables.get(next(known for known in ZONES if known == zone), name)
    except Missing:
        return None
    made = (one for one in found.snapshots if one.summary.get(RUN_ID) == run_id)
    return next(made, None)


def _from_below(states: tuple[PendingRun, ...]) -> list[PendingRun]:
    parents = {state.run_id: state.parent_id for state in states}

    def depth(run_id: str | None) -> int:
        levels = 0
        while run_id is not None and run_id in parents:
            run_id = parents[run_id]
            levels += 1
        return levels

    return sorted(states, key=lambda state: (-depth(state.run_id), state.run_id))
