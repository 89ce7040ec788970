"""Runs of jobs as OpenLineage events: opened, closed, and closed correctly after a crash.

The order that makes this so: START goes into the file of the run, then out; before a commit the
whole COMPLETE but what the snapshot decides goes into the file; after the commit COMPLETE is a
pure function of file and snapshot. An end without a commit goes into the file before it goes
out. The file goes after the acknowledgement.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from headwater.clock import Clock
from headwater.engine.pending import Outcome, Pending, PendingRun
from headwater.errors import HeadwaterError
from headwater.model.json import JsonObject
from headwater.model.table import Snapshot
from headwater.observe import LogEvent, log
from headwater.sdk import facets
from headwater.sdk.errors import TransportError
from headwater.sdk.events import InputDataset, Job, OutputDataset, Run, RunEvent, to_json
from headwater.sdk.facets import Facet, RunOf
from headwater.sdk.times import format_time, new_run_id
from headwater.sdk.transport import Transport

ATTEMPTS: Final = 3

VERSION_TO_COME: Final = facets.version("")
"""Stands in an output until the snapshot gives its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What is known of a run before it starts."""

    job: str
    job_facets: tuple[Facet, ...] = ()
    run_facets: tuple[Facet, ...] = ()
    inputs: tuple[InputDataset, ...] = ()
    outputs: tuple[OutputDataset, ...] = ()
    table: tuple[str, str] | None = None


class Runs:
    """Opens runs and hands their events to a transport."""

    def __init__(
        self, transport: Transport, pending: Pending, *, clock: Clock, namespace: str
    ) -> None:
        self._transport = transport
        self.pending = pending
        self.clock = clock
        self.namespace = namespace

    def start(
        self, plan: RunPlan, *, parent: OpenRun | None = None, run_id: str | None = None
    ) -> OpenRun:
        """Open a run: its START is in its file, then sent."""
        now = self.clock.now()
        run = OpenRun(self, plan, run_id=run_id or new_run_id(now), started_at=now, parent=parent)
        state = PendingRun(
            run_id=run.run_id,
            job=plan.job,
            start=run.event("START", now, plan.inputs, plan.outputs),
            parent_id=None if parent is None else parent.run_id,
            table=plan.table,
            children=None if plan.table is not None else {},
        )
        self.pending.write(state)
        self.send(state.start)
        return run

    def close(self, state: PendingRun, event: Mapping[str, Any], outcome: Outcome) -> None:
        """Send the end of a run, tell its parent, and forget the run once that is acknowledged."""
        self.pending.note(state.parent_id, state.run_id, outcome)
        if self.send(event):
            self.pending.remove(state.run_id)

    def end(self, state: PendingRun, event: Mapping[str, Any], outcome: Outcome) -> None:
        """Close a run whose end no snapshot tells: it goes into the file first."""
        state = replace(state, terminal=event)
        self.pending.write(state)
        self.close(state, event, outcome)

    def send(self, event: Mapping[str, Any]) -> bool:
        """Hand an event over; tell whether it is acknowledged. What is not is sent by recovery."""
        body = json.dumps(event, sort_keys=True, separators=(",", ":")).encode()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._transport.emit(body)
            except TransportError as error:
                if error.retriable and attempt < ATTEMPTS:
                    continue
                log(LogEvent.LINEAGE_DELAYED, level=logging.WARNING, reason=error.message)
                return False
            return True
        return False


class OpenRun:
    """A run that was started and not yet closed."""

    def __init__(
        self,
        runs: Runs,
        plan: RunPlan,
        *,
        run_id: str,
        started_at: datetime,
        parent: OpenRun | None,
    ) -> None:
        self._runs = runs
        self._plan = plan
        self.run_id = run_id
        self.started_at = started_at
        self.identity = RunOf(run_id=run_id, job_namespace=runs.namespace, job_name=plan.job)
        self.root: RunOf = self.identity if parent is None else parent.root
        self._parent = parent
        self._is_committed = False

    @property
    def job(self) -> str:
        """Return the name of the job."""
        return self._plan.job

    def declare(self, children: Iterable[str]) -> None:
        """Say which runs this one will have; it is complete only if all of them are."""
        declared = dict.fromkeys(children, None)
        self._runs.pending.write(replace(self._state(), children=declared))

    def prepare(self, inputs: tuple[InputDataset, ...], outputs: tuple[OutputDataset, ...]) -> None:
        """Put the COMPLETE of a commit that is about to happen on disk."""
        complete = self.event("COMPLETE", self.started_at, inputs, outputs)
        self._runs.pending.write(replace(self._state(), complete=complete))

    def committed(self, snapshot: Snapshot) -> None:
        """Close the run as complete: its commit is done."""
        self._is_committed = True
        state = self._state()
        self._runs.close(state, completed(state, snapshot), "COMPLETE")

    def complete(self) -> None:
        """Close a run that commits nothing; with a child that did not complete it fails."""
        state = self._state()
        event, outcome = ended(state, self._runs.clock.now())
        self._runs.end(state, event, outcome)

    def fail(self, error: BaseException) -> None:
        """Close the run as failed, with the error and its trace.

        After a commit it is not failed, whatever went wrong since: recovery completes it.
        """
        if self._is_committed:
            return
        message = str(error) if isinstance(error, HeadwaterError) else repr(error)
        trace = "".join(traceback.format_exception(error))
        state = self._state()
        event = failed(state, self._runs.clock.now(), message=message, trace=trace)
        self._runs.end(state, event, "FAIL")

    def event(
        self,
        kind: Literal["START", "COMPLETE"],
        at: datetime,
        inputs: tuple[InputDataset, ...],
        outputs: tuple[OutputDataset, ...],
    ) -> JsonObject:
        """Return an event of this run as a JSON value."""
        about = list(self._plan.run_facets)
        if self._parent is not None:
            about.append(facets.parent(self._parent.identity, root=self.root))
        event = RunEvent(
            time=at,
            type=kind,
            run=Run(id=self.run_id, facets=tuple(about)),
            job=Job(
                namespace=self._runs.namespace,
                name=self._plan.job,
                facets=self._plan.job_facets,
            ),
            inputs=inputs,
            outputs=outputs,
        )
        found: JsonObject = json.loads(to_json(event))
        return found

    def _state(self) -> PendingRun:
        state = self._runs.pending.get(self.run_id)
        assert state is not None, "an open run has its file"
        return state


def completed(state: PendingRun, snapshot: Snapshot) -> JsonObject:
    """Return the COMPLETE of a run from its file and its snapshot, and from nothing else."""
    assert state.complete is not None, "a commit follows `prepare`"
    started = datetime.fromisoformat(state.start["eventTime"])
    event = json.loads(json.dumps(state.complete))
    event["eventTime"] = format_time(max(started, snapshot.committed_at))
    for output in event["outputs"]:
        version = output.get("facets", {}).get("version")
        if version is not None and version["datasetVersion"] == "":
            version["datasetVersion"] = str(snapshot.id)
    found: JsonObject = event
    return found


def ended(state: PendingRun, at: datetime) -> tuple[JsonObject, Outcome]:
    """Return the end of a run that only has children: COMPLETE if all of them are."""
    children = state.children or {}
    open_or_failed = sorted(run for run, outcome in children.items() if outcome != "COMPLETE")
    if open_or_failed:
        said = f"{len(open_or_failed)} of {len(children)} runs did not complete: "
        return failed(state, at, message=said + ", ".join(open_or_failed)), "FAIL"
    return {**state.start, "eventType": "COMPLETE", "eventTime": _not_before(state, at)}, "COMPLETE"


def failed(
    state: PendingRun, at: datetime, *, message: str, trace: str | None = None
) -> JsonObject:
    """Return the FAIL of a run, with the reason."""
    start = state.start
    facet = facets.error_message(message, stack_trace=trace)
    written = {
        **facet.body,
        "_producer": start["producer"],
        "_schemaURL": facets.schema_url(facet, "run"),
    }
    run = {**start["run"], "facets": {**start["run"].get("facets", {}), "errorMessage": written}}
    return {**start, "eventType": "FAIL", "eventTime": _not_before(state, at), "run": run}


def _not_before(state: PendingRun, at: datetime) -> str:
    return format_time(max(at, datetime.fromisoformat(state.start["eventTime"])))
