"""Runs as `/api/v2` shows them: in lists, as bars of a trend, whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from headwater.api.marquez.route import facets_json
from headwater.api.quality import facts_json, use_json
from headwater.lineage.reading.view import LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import Direction, Facets, Moment, Name, Run, RunState
from headwater.query.lineage.descriptions import description_of
from headwater.query.lineage.job_list import code_of, kind_of, latest_runs, statement_of
from headwater.query.lineage.run_facts import use_facts
from headwater.query.lineage.schemas import error_of, text_of

_MOST_CHILDREN = 1_000
_MOST_FAMILY = 300
_RECENT = 30
_SHOWN_BY_LINEAGE = frozenset({"columnLineage", "lineage"})


def runs_json(view: LineageView, keys: Sequence[int]) -> list[JsonObject]:
    """Return runs for a list, in the order of their keys."""
    runs = view.runs.by_keys(keys, is_whole=False)
    facets = view.facets.of_runs(keys, only=("errorMessage",))
    states = view.families.effective_states(keys)
    return [
        run_json(runs[key], states[key]) | {"error": _error_json(facets.get(key, {}))}
        for key in keys
    ]


def run_json(run: Run, state: RunState) -> JsonObject:
    """Return what every answer about a run has."""
    parent = run.parent
    return {
        "id": run.id,
        "job": name_json(run.job),
        "state": state,
        "own_state": run.own_state,
        "warning": run.has_warning,
        "started_at": text_or_none(run.started_at),
        "ended_at": text_or_none(run.ended_at),
        "duration_ms": run.duration_milliseconds,
        "parent": None if parent is None else {"id": parent.id, "job": name_json(parent.job)},
    }


def bar_json(run: Run, state: RunState) -> JsonObject:
    """Return a run as a bar of a trend."""
    return {
        "id": run.id,
        "state": state,
        "started_at": text_or_none(run.started_at),
        "ended_at": text_or_none(run.ended_at),
        "duration_ms": run.duration_milliseconds,
    }


def whole_run_json(view: LineageView, run: Run, others: Iterable[Name]) -> JsonObject:
    """Return all that lineage knows of a run; `others` are the jobs that share its id."""
    children = view.families.children_of_run(run.key, limit=_MOST_CHILDREN)
    states = view.families.effective_states([run.key])
    recent = latest_runs(view, run.job_key, most=_RECENT)
    return {
        **run_json(run, states[run.key]),
        "error": _error_json(run.facets),
        **facts_json(run.facets),
        "inputs": _uses_json(view, run, "input"),
        "outputs": _uses_json(view, run, "output"),
        "children": runs_json(view, children),
        "family": runs_json(view, _family(view, run.key)),
        "same_id": [name_json(name) for name in others],
        "facets": facets_json(run.facets),
        "job_version": run.job_version,
        **_job_json(view.facets.of_jobs_in_runs([run.key]).get(run.key, {})),
        "attempts": [
            {
                "state": one.state,
                "started_at": text_or_none(one.started_at),
                "ended_at": text_or_none(one.ended_at),
            }
            for one in view.attempts.of(run.key)
        ],
        "recent": [bar_json(one, state) for one, state in recent],
        "previous": _previous(run, [one for one, _ in recent]),
    }


def name_json(name: Name) -> JsonObject:
    """Return a name."""
    return {"namespace": name.namespace, "name": name.name}


def text_or_none(moment: Moment | None) -> str | None:
    """Return a time as text, None where it is not known."""
    return None if moment is None else moment.to_text()


def code_json(facets: Facets) -> JsonObject | None:
    """Return where the code of a job is."""
    code = code_of(facets)
    return None if code is None else asdict(code)


def statement_json(facets: Facets) -> JsonObject | None:
    """Return what a job runs in SQL."""
    statement = statement_of(facets)
    return None if statement is None else asdict(statement)


def _job_json(facets: Facets) -> JsonObject:
    return {
        "job_facets": facets_json(facets),
        "description": description_of(facets, ()),
        "sql": statement_json(facets),
        "code": code_json(facets),
        "kind": asdict(kind_of(facets)),
    }


def _uses_json(view: LineageView, run: Run, direction: Direction) -> list[JsonObject]:
    own = _own_facets(view, run.key, direction)
    uses = run.inputs if direction == "input" else run.outputs
    found: list[JsonObject] = []
    for use in uses:
        facets = own.get(use.dataset, {})
        said = {name: body for name, body in facets.items() if name not in _SHOWN_BY_LINEAGE}
        found.append(
            name_json(use.dataset)
            | {"version": use.version}
            | use_json(use_facts({**facets, **use.facets}))
            | {
                "snapshot": text_of(facets, "version", "datasetVersion"),
                "facets": facets_json({**said, **use.facets}),
            }
        )
    return found


def _own_facets(view: LineageView, run: int, direction: Direction) -> Mapping[Name, Facets]:
    """Return by dataset what the run said of it, apart from how it used it."""
    said = view.facets.of_io([run], direction, is_own=True)
    names = view.names.of("dataset", (dataset for _, dataset in said))
    return {names[dataset]: facets for (_, dataset), facets in said.items()}


def _family(view: LineageView, run: int) -> list[int]:
    """Return the runs above a run and those below it, level by level, as far as they are not many.

    What failed comes first in a level, so that a cut leaves out what did not.
    """
    found = dict.fromkeys(sorted(view.families.ancestors_of_runs([run]).keys() - {run}))
    level = [run]
    while level and len(found) < _MOST_FAMILY:
        below = view.families.children_of_runs(level)
        states = view.families.effective_states(below)
        fresh = [key for key in below if key not in found and key != run]
        level = sorted(fresh, key=lambda key: (states[key] != "FAILED", key))
        found |= dict.fromkeys(level)
    return list(found)[:_MOST_FAMILY]


def _previous(run: Run, recent: Sequence[Run]) -> str | None:
    """Return the run of the job before this one, among its recent ones."""
    ids = [one.id for one in recent]
    place = ids.index(run.id) + 1 if run.id in ids else len(ids)
    return ids[place] if place < len(ids) else None


def _error_json(facets: Facets) -> JsonObject | None:
    error = error_of(facets)
    return None if error is None else asdict(error)
