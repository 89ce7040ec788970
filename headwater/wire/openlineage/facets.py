"""What the standard facets mean, read leniently: a part that is off is left out, never refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from headwater.errors import Invalid
from headwater.model.json import JsonObject
from headwater.wire.openlineage.canonical import decode
from headwater.wire.openlineage.event import Facet, Facets

Name = tuple[str, str]
"""Namespace and name."""

DIRECT: Final = 1
INDIRECT: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """The run, and the root run if given, that a run says it is a child of."""

    run_id: str
    job: Name
    root_run_id: str | None = None
    root_job: Name | None = None


class FacetEdge(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency that a facet declares; a struct, because wide tables make thousands.

    `output` None is the dataset that carries the facet; a field "" is the dataset as a whole.
    Jobs: `OWN_JOB` is the job of the event. Without `input` and `input_job` the output is said
    to have no tracked upstream.
    """

    output: Name | None = None
    output_field: str = ""
    output_job: Name | None = None
    input: Name | None = None
    input_field: str = ""
    input_job: Name | None = None
    kind: int = 0
    subtype: str = ""
    masking: bool = False


OWN_JOB: Final[Name] = ("", "")


def value_of(facet: Facet | None) -> JsonObject:
    """Return a facet as a dictionary, empty where it is none."""
    if facet is None:
        return {}
    try:
        value = msgspec.json.decode(facet.raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            value = decode(facet.raw)
        except Invalid:
            return {}
    return value if isinstance(value, dict) else {}


def is_deleted(facet: Facet) -> bool:
    """Tell whether a facet says that it is taken away."""
    return b'"_deleted"' in facet.raw and value_of(facet).get("_deleted") is True


def has_error(run_facets: Facets) -> bool:
    """Tell whether a run says why it failed: `errorMessage`, or any facet with a stack trace."""
    return "errorMessage" in run_facets or any(
        b'"stackTrace"' in f.raw and value_of(f).get("stackTrace") for f in run_facets.values()
    )


def stands_alone(job_facets: Facets) -> bool:
    """Tell whether each event of the run replaces what those before it said of its datasets."""
    facet = job_facets.get("jobType")
    if facet is None or b"COMPLETE_SNAPSHOT" not in facet.raw:
        return False
    pattern = value_of(facet).get("emissionPattern")
    return isinstance(pattern, dict) and pattern.get("eventContentMode") == "COMPLETE_SNAPSHOT"


def parent_of(run_facets: Facets) -> Parent | None:
    """Return the parent of a run; `parentRun` is an old name of the facet, and wins."""
    facet = value_of(run_facets.get("parentRun") or run_facets.get("parent"))
    run, job = _run_and_job(facet)
    if run is None or job is None:
        return None
    root = facet.get("root")
    root_run, root_job = _run_and_job(root if isinstance(root, dict) else {})
    return Parent(
        run_id=run,
        job=job,
        root_run_id=root_run if root_job is not None else None,
        root_job=root_job if root_run is not None else None,
    )


def symlinks_of(facet: Facet) -> Iterator[tuple[Name, str]]:
    """Yield the other names of a dataset, each with its type as sent."""
    for item in _objects(value_of(facet).get("identifiers")):
        name = _name(item)
        if name is not None:
            yield name, _text(item.get("type"))


def column_edges_of(facet: Facet) -> Iterator[FacetEdge]:
    """Yield the dependencies in a `columnLineage` facet of the dataset that carries it."""
    value = value_of(facet)
    fields = value.get("fields")
    for field, said in fields.items() if isinstance(fields, dict) else ():
        if not isinstance(said, dict):
            continue
        legacy = _text(said.get("transformationType"))
        for item in _objects(said.get("inputFields")):
            yield from _from_input(item, output_field=field, legacy=legacy)
    for item in _objects(value.get("dataset")):
        yield from _from_input(item, output_field="", legacy="")


def _from_input(item: JsonObject, *, output_field: str, legacy: str) -> Iterator[FacetEdge]:
    name = _name(item)
    if name is None:
        return
    for kind, subtype, masking in _transformations(item, legacy):
        yield FacetEdge(
            output_field=output_field,
            input=name,
            input_field=_text(item.get("field")),
            kind=kind,
            subtype=subtype,
            masking=masking,
        )


def lineage_edges_of(facet: Facet) -> Iterator[FacetEdge]:
    """Yield the dependencies in an explicit `lineage` facet, of a job or of a dataset."""
    value = value_of(facet)
    if "entries" not in value:
        yield from _explicit(value, output=None, output_job=None)
        return
    for entry in _objects(value.get("entries")):
        name = _name(entry)
        if _text(entry.get("type")).upper() == "JOB":
            yield from _explicit(entry, output=None, output_job=name or OWN_JOB)
        elif name is not None:
            yield from _explicit(entry, output=name, output_job=None)


def _explicit(
    entry: JsonObject, *, output: Name | None, output_job: Name | None
) -> Iterator[FacetEdge]:
    inputs = entry.get("inputs")
    if isinstance(inputs, list):
        if not inputs:
            yield FacetEdge(output=output, output_job=output_job)
        yield from _explicit_inputs(inputs, output, output_job, field="")
    fields = entry.get("fields")
    for field, said in fields.items() if isinstance(fields, dict) else ():
        if isinstance(said, dict):
            yield from _explicit_inputs(said.get("inputs"), output, output_job, field=field)


def _explicit_inputs(
    inputs: object, output: Name | None, output_job: Name | None, *, field: str
) -> Iterator[FacetEdge]:
    for item in _objects(inputs):
        name = _name(item)
        is_job = _text(item.get("type")).upper() == "JOB"
        if name is None and not is_job:
            continue
        for kind, subtype, masking in _transformations(item, ""):
            yield FacetEdge(
                output=output,
                output_field=field,
                output_job=output_job,
                input=None if is_job else name,
                input_field=_text(item.get("field")),
                input_job=(name or OWN_JOB) if is_job else None,
                kind=kind,
                subtype=subtype,
                masking=masking,
            )


def _transformations(item: JsonObject, legacy: str) -> Iterator[tuple[int, str, bool]]:
    found = list(_objects(item.get("transformations")))
    for one in found:
        kind = {"DIRECT": DIRECT, "INDIRECT": INDIRECT}.get(_text(one.get("type")).upper(), 0)
        yield kind, _text(one.get("subtype")), one.get("masking") is True
    if not found:
        is_known = legacy in ("IDENTITY", "MASKED")
        yield DIRECT if is_known else 0, legacy, legacy == "MASKED"


def _run_and_job(facet: JsonObject) -> tuple[str | None, Name | None]:
    run, job = facet.get("run"), facet.get("job")
    run_id = run.get("runId") if isinstance(run, dict) else None
    name = _name(job) if isinstance(job, dict) else None
    return (run_id if isinstance(run_id, str) else None), name


def _name(item: JsonObject) -> Name | None:
    namespace, name = item.get("namespace"), item.get("name")
    return (namespace, name) if isinstance(namespace, str) and isinstance(name, str) else None


def _objects(value: object) -> Iterator[JsonObject]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
