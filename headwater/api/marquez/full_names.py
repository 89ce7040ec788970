"""Job names as Marquez shows them: `parent.child`, computed, never stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from headwater.errors import Missing
from headwater.lineage.reading.rows import to_bytes
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Name

_DEEPEST: Final = 16
_MOST_DOTS: Final = 32
_UNSAFE: Final = re.compile(r"[^a-z:/A-Z0-9\-_.@+]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FullName:
    """A job's name in Marquez, its own part of it, and the full name of its parent."""

    namespace: str
    name: str
    simple: str
    parent: str | None


def full_names(view: LineageView, jobs: Iterable[int]) -> dict[int, FullName]:
    """Return the full names of jobs, a few statements for any number."""
    wanted = set(jobs)
    parents = _parents(view, wanted)
    held = view.entities.of("job", wanted | parents.keys() | set(parents.values()))
    names = {job: entity.name for job, entity in held.items()}
    return {job: _full_name(job, parents, names, _DEEPEST) for job in wanted if job in names}


def _parents(view: LineageView, jobs: set[int]) -> dict[int, int]:
    """Return child job to parent job, for these jobs and all their ancestors."""
    found: dict[int, int] = {}
    frontier = jobs
    for _ in range(_DEEPEST):
        step = view.jobs.parents(frontier)
        found |= {job: parent for job, parent in step.items() if parent is not None}
        frontier = {parent for parent in step.values() if parent is not None} - found.keys()
        if not frontier:
            break
    return found


def _full_name(
    job: int, parents: Mapping[int, int], names: Mapping[int, Name], levels: int
) -> FullName:
    own = names[job]
    parent = parents.get(job)
    if parent is None or parent not in names or not levels:
        return FullName(namespace=own.namespace, name=own.name, simple=own.name, parent=None)
    given = names[parent].name
    if given == own.name:  # Airflow names the task as its own parent
        given = above = own.name.rsplit(".", 1)[0]
        if above == own.name:
            return FullName(namespace=own.namespace, name=own.name, simple=own.name, parent=None)
    else:
        above = _full_name(parent, parents, names, levels - 1).name
    simple = own.name
    for prefix in (above, given):
        if simple.startswith(prefix + "."):
            simple = simple[len(prefix) + 1 :]
            break
    return FullName(namespace=own.namespace, name=f"{above}.{simple}", simple=simple, parent=above)


def find_job(view: LineageView, namespace: str, name: str) -> tuple[int, FullName]:
    """Find a job by its full name, else by its name as sent; raises `Missing`.

    The answer's name differs from the one asked for when the latter is only the name as sent.
    """
    spaces = [namespace, *unsanitised(view, namespace)]
    dots = [at for at, char in enumerate(name) if char == "."][:_MOST_DOTS]
    for space in spaces:
        candidates = [name, *(name[at + 1 :] for at in dots)]
        keys = [view.names.find("job", Name(space, candidate)) for candidate in candidates]
        full = full_names(view, (key for key in keys if key is not None))
        for key in keys:
            if key is not None and is_same(full[key].name, name):
                return key, full[key]
        if keys[0] is not None:
            return keys[0], full[keys[0]]
    if view.namespaces.find(namespace) is None:
        raise Missing(f"Namespace {namespace!r} not found.")
    raise Missing(f"Job {name!r} not found.")


def is_same(name: str, asked: str) -> bool:
    """Tell whether two spellings of a name, one of them out of a URL, are the same bytes."""
    return to_bytes(name) == to_bytes(asked)


def unsanitised(view: LineageView, namespace: str) -> list[str]:
    """Return namespaces of jobs that Marquez would have stored under this name."""
    if "_" not in namespace or _UNSAFE.search(namespace):
        return []
    return [
        space
        for space in view.names.like(namespace)
        if space != namespace and _UNSAFE.sub("_", space) == namespace
    ]
