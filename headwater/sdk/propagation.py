"""How a run is handed to a sub-process, and found by it: OPENLINEAGE_CONTEXT and TRACEPARENT."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from headwater.sdk.facets import RunOf
from headwater.sdk.guard import warn

if TYPE_CHECKING:
    from headwater.sdk.run import JobRun

_TRACEPARENT: Final = re.compile(
    r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)


def environment_of(run: JobRun) -> dict[str, str]:
    """Return the variables by which a sub-process finds a run as its parent.

    `OPENLINEAGE_PARENT_ID` says the same to clients that do not know `OPENLINEAGE_CONTEXT`.
    """
    while not run.is_recorded:
        if run.enclosing is None:
            return {}
        run = run.enclosing
    parent = run.as_parent()
    said = {"parent": {**_named(parent), "root": _named(run.root or parent)}}
    found = {
        "OPENLINEAGE_CONTEXT": json.dumps(said, separators=(",", ":")),
        "OPENLINEAGE_PARENT_ID": f"{parent.job_namespace}/{parent.job_name}/{parent.run_id}",
    }
    if run.traceparent:
        found["TRACEPARENT"] = run.traceparent
    return found


def child_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a sub-process, with the current run as its parent.

    As in `subprocess.run(command, env=child_environment())`.
    """
    from headwater.sdk.current import current_run

    return {**(os.environ if environ is None else environ), **current_run().environment()}


def parent_from_environment(
    environ: Mapping[str, str] | None = None,
) -> tuple[RunOf | None, RunOf | None]:
    """Return the run that started this process, and the one at the top, where they are named."""
    variables = os.environ if environ is None else environ
    context = variables.get("OPENLINEAGE_CONTEXT")
    if context:
        try:
            said = json.loads(context)
            named = _run_of(said["parent"])
            top = said["parent"].get("root") or said.get("root")
            return named, _run_of(top) if top else named
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            warn("OPENLINEAGE_CONTEXT names no run, and is ignored", error)
    parent = _run_named(variables, "OPENLINEAGE_PARENT_ID")
    return parent, _run_named(variables, "OPENLINEAGE_ROOT_PARENT_ID") or parent


def traceparent_from_environment(environ: Mapping[str, str] | None = None) -> str | None:
    """Return the trace that this process is part of, if there is one."""
    given = (os.environ if environ is None else environ).get("TRACEPARENT", "").strip().lower()
    return given if _TRACEPARENT.fullmatch(given) else None


def _run_named(variables: Mapping[str, str], name: str) -> RunOf | None:
    given = variables.get(name)
    if not given:
        return None
    above, _, run_id = given.rpartition("/")
    namespace, _, job = above.rpartition("/")
    if not (namespace and job and run_id):
        warn(f"{name} names no run, and is ignored", repr(given))
        return None
    return RunOf(run_id=run_id, job_namespace=namespace, job_name=job)


def _run_of(said: Mapping[str, Mapping[str, object]]) -> RunOf:
    run, job = said["run"], said["job"]
    return RunOf(
        run_id=str(run["runId"]), job_namespace=str(job["namespace"]), job_name=str(job["name"])
    )


def _named(run: RunOf) -> dict[str, dict[str, str]]:
    return {
        "run": {"runId": run.run_id},
        "job": {"namespace": run.job_namespace, "name": run.job_name},
    }
