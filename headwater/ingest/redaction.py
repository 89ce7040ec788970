"""Secrets and unwanted facets leave an event before it is hashed, logged or refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from headwater.errors import Invalid
from headwater.ingest.secrets import MASK, NAMED_RULE, SecretRules, is_sensitive
from headwater.lineage.settings import DropRule, LineageSettings
from headwater.wire.openlineage.canonical import decode, encode

_IDENTITY: Final = frozenset({"namespace", "name", "runId", "field"})
_PAIRS: Final = (("name", "value"), ("key", "value"))
_SQL: Final = "/job/facets/sql/query"
_PLACES: Final = ("run", "job", "dataset", "inputs", "outputs")
_MAPS: Final = ("facets", "inputFacets", "outputFacets")

Notes = tuple[str, ...]
"""What was taken out, as `path: what (rule)`; never the value."""


class Redaction:
    """Takes secrets and dropped facets out of events.

    Idempotent: what it returned it returns again, without a note. An event in which nothing is
    found comes back as the bytes that were sent.
    """

    def __init__(self, settings: LineageSettings) -> None:
        self._rules = SecretRules(settings.redact_patterns) if settings.redact else None
        self._drops = settings.drop_facets
        self._names = tuple(f'"{rule.facet}"'.encode() for rule in settings.drop_facets)

    def clean(self, body: bytes) -> tuple[bytes, Notes]:
        """Return an event as it may be kept, and what was taken out of it."""
        if not any(name in body for name in self._names):
            text = body.decode("utf-8", "replace")
            if self._rules is None or not self._rules.may_be_in(text):
                return body, ()
        try:
            tree = decode(body)
        except Invalid:
            return self._clean_text(body)
        notes: list[str] = []
        if isinstance(tree, dict):
            self._drop(tree, notes)
        if self._rules is not None:
            tree = _Masking(self._rules, notes).value(tree, "", "")
        return (encode(tree), tuple(notes)) if notes else (body, ())

    def clean_values(self, values: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return what a person says, such as the URL of a source, without secrets."""
        rules = self._rules
        if rules is None:
            return dict(values)
        return {k: None if v is None else rules.masked(v)[0] for k, v in values.items()}

    def clean_name(self, name: str) -> str:
        """Return a name as it is kept: without a password in a URL."""
        return name if self._rules is None else self._rules.masked_identity(name)[0]

    def _clean_text(self, body: bytes) -> tuple[bytes, Notes]:
        """Mask secrets in what is no JSON: it is kept as a dead letter."""
        if self._rules is None:
            return body, ()
        masked, found = self._rules.masked(body.decode("latin-1"))
        return masked.encode("latin-1"), tuple(f": redacted ({rule})" for rule in found)

    def _drop(self, tree: dict[str, object], notes: list[str]) -> None:
        for path, place, facets in _facet_maps(tree):
            for rule in self._drops:
                if rule.facet in facets and _applies(rule, place, tree.get("producer")):
                    del facets[rule.facet]
                    notes.append(f"{path}/{_escaped(rule.facet)}: dropped (drop_facets)")


def _applies(rule: DropRule, place: str, producer: object) -> bool:
    if rule.of is not None and rule.of != place:
        return False
    return fnmatchcase(producer if isinstance(producer, str) else "", rule.producer)


def _facet_maps(tree: dict[str, object]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield the path, the place (run, job, dataset) and each map of facets of an event."""
    for place in _PLACES:
        found = tree.get(place)
        owners: Sequence[object] = found if isinstance(found, list) else [found]
        for index, owner in enumerate(owners):
            for name in _MAPS if isinstance(owner, dict) else ():
                facets = owner.get(name) if isinstance(owner, dict) else None
                if isinstance(facets, dict):
                    at = f"/{place}/{index}" if isinstance(found, list) else f"/{place}"
                    yield f"{at}/{name}", place if place in ("run", "job") else "dataset", facets


class _Masking:
    """One walk through an event that masks secrets and notes where."""

    def __init__(self, rules: SecretRules, notes: list[str]) -> None:
        self._rules = rules
        self._notes = notes

    def value(self, value: object, name: str, path: str) -> object:
        """Return a value without secrets; `name` is what it is called."""
        if isinstance(value, str):
            return self._text(value, name, path)
        if isinstance(value, list):
            return [self.value(v, name, f"{path}/{i}") for i, v in enumerate(value)]
        if isinstance(value, dict):
            return self._object(value, path)
        return value

    def _object(self, value: dict[str, object], path: str) -> dict[str, object]:
        masked: dict[str, object] = {}
        for key, member in value.items():
            called, at = key, f"{path}/{_escaped(key)}"
            for naming, valued in _PAIRS:
                says = value.get(naming)
                if key == valued and isinstance(says, str) and is_sensitive(says):
                    called = says
            masked[key] = self.value(member, called, at)
        return masked

    def _text(self, text: str, name: str, path: str) -> str:
        if path.rpartition("/")[2] in _IDENTITY:
            masked, found = self._rules.masked_identity(text)
        elif is_sensitive(name) and text and text != MASK:
            masked, found = MASK, (NAMED_RULE,)
        else:
            masked, found = self._rules.masked(text, is_sql=path == _SQL)
        self._notes.extend(f"{path}: redacted ({rule})" for rule in found)
        return masked


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
