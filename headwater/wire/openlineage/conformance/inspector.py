"""Looks an event over, without refusing it: the published schemas, and what they cannot say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from math import isfinite
from typing import Final

from headwater.errors import Invalid
from headwater.wire.openlineage.conformance.catalogue import (
    Place,
    base_of,
    definition_of,
    places_of,
    schema_findings,
    url_of,
    version_in,
)
from headwater.wire.openlineage.conformance.findings import Finding, Inspection, Severity, pointer
from headwater.wire.openlineage.reader import EventReader

Path = tuple[str, ...]
Tree = dict[str, object]

_PLACES: Final[dict[str, Place]] = {
    "facets": "dataset",
    "inputFacets": "input",
    "outputFacets": "output",
}
_CUSTOM_KEY: Final = re.compile(r"[a-z][A-Za-z0-9]*_[A-Za-z0-9_]+", re.ASCII)
_IDENTITY: Final = frozenset(
    {
        *("", "/run", "/run/runId", "/job", "/job/namespace", "/job/name", "/dataset"),
        *("/dataset/namespace", "/dataset/name"),
    }
)
_CAN_BE_DELETED: Final = ("job", "dataset")


def inspect(body: bytes) -> Inspection:
    """Return every finding in one event; what would be refused has one that says why."""
    noted: list[Finding] = []
    tree = _tree(body, noted)
    if not isinstance(tree, dict):
        return Inspection(producer="", findings=(*_refusal(body), *noted))
    found = [*noted, *_Event(tree).findings()]
    if any(finding.path in _IDENTITY for finding in found):
        found = [*_refusal(body), *found]
    producer = tree.get("producer")
    return Inspection(producer=producer if isinstance(producer, str) else "", findings=tuple(found))


def _refusal(body: bytes) -> Iterator[Finding]:
    """Yield why an event would be refused; asked only where its identity is not as it should be."""
    try:
        _reader().read(body)
    except Invalid as error:
        yield _finding(error.path or "", "refused", Severity.ERROR, error.message)


@cache
def _reader() -> EventReader:
    return EventReader()


class _Constant(float):
    """NaN or an infinity, which JSON does not have."""


def _tree(body: bytes, noted: list[Finding]) -> object:
    """Return the event for the schemas, None where it is no JSON; note what JSON forbids."""
    has_constants = False

    def constant(text: str) -> float:
        nonlocal has_constants
        has_constants = True
        return _Constant(text)

    try:
        text = body.decode("utf-8-sig")
        tree = json.loads(text, strict=False, parse_constant=constant, parse_float=_finite)
        is_plain = not has_constants and b"\\ud" not in body and b"\\uD" not in body
        return tree if is_plain else _plain(tree, (), noted)
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None


def _finite(text: str) -> float:
    """Return a number of JSON; one beyond what can be computed with is a number all the same."""
    value = float(text)
    return value if isfinite(value) else 0.0


def _plain(value: object, at: Path, noted: list[Finding]) -> object:
    """Return a value that a schema can be asked about, and note what had to be replaced."""
    if isinstance(value, dict):
        return {_text(k): _plain(v, (*at, k), noted) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v, (*at, str(i)), noted) for i, v in enumerate(value)]
    if isinstance(value, _Constant):
        noted.append(_finding(at, "not-json", Severity.ERROR, "is NaN or infinite"))
        return 0.0
    if isinstance(value, str) and _text(value) != value:
        noted.append(_finding(at, "not-text", Severity.WARNING, "holds half a character"))
        return _text(value)
    return value


def _text(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def _finding(at: Path | str, rule: str, severity: Severity, message: str) -> Finding:
    path = at if isinstance(at, str) else pointer(at)
    shape = "/".join("*" if part.isdigit() else part for part in path.split("/"))
    return Finding(path=path, pattern=shape, rule=rule, severity=severity, message=message)


class _Event:
    """One event as a tree, with its findings part by part."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._kind = _kind_of(tree)

    def findings(self) -> Iterator[Finding]:
        yield from schema_findings(self._kind, self._without_facets(), at=(), pattern=())
        yield from self._rules()
        for owner, at in self._owners():
            yield from self._facets_of(owner, at)

    def _without_facets(self) -> Tree:
        """Return the event with its facet maps empty: each facet has a schema of its own."""
        bare = dict(self._tree)
        for name in ("run", "job", "dataset"):
            if name in bare:
                bare[name] = _emptied(bare[name])
        for name in ("inputs", "outputs"):
            found = bare.get(name)
            if isinstance(found, list):
                bare[name] = [_emptied(item) for item in found]
        return bare

    def _owners(self) -> Iterator[tuple[Tree, Path]]:
        for name in ("run", "job", "dataset"):
            owner = self._tree.get(name)
            if isinstance(owner, dict):
                yield owner, (name,)
        for name in ("inputs", "outputs"):
            found = self._tree.get(name)
            for index, item in enumerate(found if isinstance(found, list) else ()):
                if isinstance(item, dict):
                    yield item, (name, str(index))

    def _rules(self) -> Iterator[Finding]:
        """Yield what the schemas allow, and what misleads whoever reads the event all the same."""
        tree = self._tree
        if self._kind == "RunEvent" and tree.get("eventType") is None:
            yield _finding(("eventType",), "no-event-type", Severity.INFO, "is missing")
        if "dataset" in tree and "job" in tree and "run" not in tree:
            message = "names a job and a dataset; taken as a JobEvent"
            yield _finding(("dataset",), "ambiguous-kind", Severity.ERROR, message)
        url = tree.get("schemaURL")
        if isinstance(url, str) and "/definitions/" in url:
            yield _finding(("schemaURL",), "old-schema-url", Severity.INFO, "has an old form")
        for owner, at in self._owners():
            for field in ("namespace", "name"):
                if owner.get(field) == "" and at != ("run",):
                    yield _finding((*at, field), "empty-name", Severity.WARNING, "is empty")
        yield from self._parent_rules()
        yield from self._lineage_rules()

    def _parent_rules(self) -> Iterator[Finding]:
        parent = _at(self._tree, "run", "facets", "parent", "run", "runId")
        if parent is not None and parent == _at(self._tree, "run", "runId"):
            at = ("run", "facets", "parent", "run", "runId")
            yield _finding(at, "own-parent", Severity.WARNING, "is the run itself")

    def _lineage_rules(self) -> Iterator[Finding]:
        if _at(self._tree, "job", "facets", "lineage") is None:
            return
        for owner, at in self._owners():
            if at[0] in ("inputs", "outputs", "dataset") and _at(owner, "facets", "lineage"):
                message = "stands beside a lineage facet of the job"
                where = (*at, "facets", "lineage")
                yield _finding(where, "mixed-lineage", Severity.WARNING, message)

    def _facets_of(self, owner: Tree, at: Path) -> Iterator[Finding]:
        for part, of_dataset in _PLACES.items():
            facets = owner.get(part)
            if not isinstance(facets, dict):
                continue
            place: Place = of_dataset
            if at == ("run",):
                place = "run"
            elif at == ("job",):
                place = "job"
            for name, facet in facets.items():
                yield from _facet_findings(place, name, facet, (*at, part, name))


def _facet_findings(place: Place, name: str, facet: object, at: Path) -> Iterator[Finding]:
    pattern = tuple("*" if part.isdigit() else part for part in at)
    definition = definition_of(place, name)
    if isinstance(facet, dict) and facet.get("_deleted") is True:
        if place not in _CAN_BE_DELETED:
            message = f"a facet of a {place} cannot be taken away"
            yield _finding((*at, "_deleted"), "cannot-be-deleted", Severity.WARNING, message)
        yield from schema_findings(base_of(place), facet, at=at, pattern=pattern)
        return
    if definition is None:
        elsewhere = places_of(name)
        if elsewhere:
            message = f"belongs to {' and '.join(elsewhere)} facets"
            yield _finding(at, "wrong-place", Severity.WARNING, message)
            definition = definition_of(elsewhere[0], name)
        else:
            yield _finding(at, "own-facet", Severity.INFO, "is no standard facet, kept as it is")
            if not _CUSTOM_KEY.fullmatch(name):
                message = "an own facet is called prefix_name"
                yield _finding(at, "facet-name", Severity.INFO, message)
    if definition is not None and isinstance(facet, dict):
        yield from _version_findings(definition, facet, at)
        if _is_another_model(definition, facet):
            definition = None
    yield from schema_findings(definition or base_of(place), facet, at=at, pattern=pattern)


def _version_findings(definition: str, facet: Tree, at: Path) -> Iterator[Finding]:
    said, ours = version_in(facet.get("_schemaURL")), version_in(url_of(definition))
    where = (*at, "_schemaURL")
    if said is None or ours is None:
        if isinstance(facet.get("_schemaURL"), str):
            message = "names no published version of the facet"
            yield _finding(where, "no-version", Severity.INFO, message)
        return
    (version, name), (known, expected) = said, ours
    if name != expected and name != "OpenLineage":
        yield _finding(where, "other-schema", Severity.WARNING, f"is not the URL of {expected}")
    elif name == expected and version[0] != known[0]:
        message = f"is model {version[0]}, of which the schema is not known; {known[0]} is"
        yield _finding(where, "other-model", Severity.INFO, message)
    elif name == expected and version > known:
        message = f"is newer than {'-'.join(map(str, known))}, which it was checked against"
        yield _finding(where, "newer-version", Severity.INFO, message)


def _is_another_model(definition: str, facet: Tree) -> bool:
    said, ours = version_in(facet.get("_schemaURL")), version_in(url_of(definition))
    return said is not None and ours is not None and said[1] == ours[1] and said[0][0] != ours[0][0]


def _kind_of(tree: Tree) -> str:
    if "run" in tree:
        return "RunEvent"
    if "job" in tree:
        return "JobEvent"
    return "DatasetEvent" if "dataset" in tree else "RunEvent"


def _emptied(owner: object) -> object:
    if not isinstance(owner, dict):
        return owner
    return {k: {} if k in _PLACES and isinstance(v, dict) else v for k, v in owner.items()}


def _at(value: object, *path: str) -> object:
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
