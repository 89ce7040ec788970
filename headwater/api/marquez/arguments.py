"""The arguments of a run in Marquez: those it was made with, else what its facets say."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from headwater.api.marquez.route import as_java_prints
from headwater.model.json import JsonObject
from headwater.model.lineage import Facets
from headwater.query.lineage.schemas import said_by

RUN_FACET: Final = "marquez_run"
"""The facet that keeps what Marquez's POST of a run says and OpenLineage has no place for."""


class _ParentRun(msgspec.Struct):
    runId: str | None = None  # as the facet spells it


class _ParentJob(msgspec.Struct):
    name: str | None = None
    namespace: str | None = None


class _Parent(msgspec.Struct):
    """A `parent` facet as the specification has it."""

    run: _ParentRun
    job: _ParentJob


_PARENT: Final = msgspec.json.Decoder(_Parent)
_ABOVE: Final = ("run_id", "name", "namespace")


def arguments_of(facets: Facets) -> JsonObject:
    """Return a run's arguments: those it was made with, else nominal times and parent as sent."""
    said = (facets.get(RUN_FACET), facets.get("nominalTime"), facets.get("parent"))
    return dict(_args_in(*said)) if any(said) else {}


@lru_cache(maxsize=4_096)
def _args_in(
    given: bytes | None, nominal: bytes | None, parent: bytes | None
) -> tuple[tuple[str, str], ...]:
    """Return the arguments that facets hold, which the runs below one run share."""
    if parent is not None and given is None and nominal is None:
        above = _above(parent)
        if above is not None:
            return above
    args = _said(given).get("args")
    if isinstance(args, dict):
        return tuple((name, value) for name, value in args.items() if isinstance(value, str))
    times, said = _said(nominal), _said(parent)
    job, run = said.get("job"), said.get("run")
    found = {
        "nominal_start_time": times.get("nominalStartTime"),
        "nominal_end_time": times.get("nominalEndTime"),
        "run_id": run.get("runId") if isinstance(run, dict) else None,
        "name": job.get("name") if isinstance(job, dict) else None,
        "namespace": job.get("namespace") if isinstance(job, dict) else None,
    }
    return tuple(
        (key, as_java_prints(value) if key.startswith("nominal") else value)
        for key, value in found.items()
        if isinstance(value, str)
    )


def _above(parent: bytes) -> tuple[tuple[str, str], ...] | None:
    """Return what a facet as it should be says, None for any other."""
    try:
        said = _PARENT.decode(parent)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    found = zip(_ABOVE, (said.run.runId, said.job.name, said.job.namespace), strict=True)
    return tuple((key, value) for key, value in found if value is not None)


def _said(body: bytes | None) -> JsonObject:
    """Return a facet of which only texts matter, so that a plain reader does as a rule."""
    if body is None:
        return {}
    try:
        said: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return said_by({"": body}, "")
    return said if isinstance(said, dict) else {}
