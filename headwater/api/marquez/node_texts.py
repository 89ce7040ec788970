"""What jobs and datasets say of themselves in the lineage graph, written as text.

`shapes.job_node_json` and `shapes.dataset_node_json` say the same of one; tests hold that they
agree to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

import msgspec

from headwater.api.marquez.full_names import FullName
from headwater.api.marquez.route import json_bytes
from headwater.api.marquez.run_texts import RunTexts
from headwater.api.marquez.shapes import (
    DATASET_FACET,
    JOB_FACET,
    Sides,
    dataset_node_json,
    fields_json,
    job_node_json,
    job_type,
    lifecycle_of,
    parent_id,
)
from headwater.lineage.reading.jobs import location_of
from headwater.lineage.reading.node_facts import NodeFacts
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Dataset, Facets, Name
from headwater.query.lineage.descriptions import description_of, tags_of
from headwater.query.lineage.schemas import text_of

_OF_JOBS: Final = frozenset(("jobType", JOB_FACET, "sourceCodeLocation", "documentation"))
_OF_DATASETS: Final = frozenset(("dataSource", DATASET_FACET, "documentation", "schema", "tags"))
_LIFECYCLE: Final = "lifecycleStateChange"
_ENCODER: Final = msgspec.json.Encoder()

_JOB: Final = (
    b'{"id":%b,"type":%b,"name":%b,"simpleName":%b,"parentJobName":%b,"parentJobUuid":%b,'
    b'"currentRunUuid":%b,"createdAt":"%b","updatedAt":"%b","namespace":%b,"inputs":[%b],'
    b'"outputs":[%b],"location":%b,"description":%b,"latestRun":%b}'
)
_DATASET: Final = (
    b'{"id":%b,"type":%b,"name":%b,"physicalName":%b,"createdAt":"%b","updatedAt":"%b",'
    b'"namespace":%b,"sourceName":%b,"fields":%b,"tags":%b,"lastModifiedAt":null,'
    b'"lastLifecycleState":%b,"description":%b}'
)


class NodeTexts:
    """Writes the data of jobs and datasets of one view."""

    def __init__(self, view: LineageView) -> None:
        self._view = view
        self._names: dict[Name, bytes] = {}

    def jobs(self, names: Mapping[int, FullName], sides: Mapping[int, Sides]) -> dict[int, bytes]:
        """Return jobs, each with these inputs and outputs, by key."""
        runs = RunTexts(self._view.run_batches.latest(sides, 1), names)
        facts = self._view.nodes.of("job", sides, only=_OF_JOBS)
        found = {}
        for key, used in sides.items():
            try:
                found[key] = self._job(names[key], facts[key], used, key=key, runs=runs)
            except UnicodeEncodeError:
                found[key] = self._odd_job(key, names[key], used, runs)
        return found

    def datasets(self, names: Mapping[int, Name]) -> dict[int, bytes]:
        """Return datasets under these names by key."""
        facts = self._view.nodes.of("dataset", names, only=_OF_DATASETS)
        left = self._view.nodes.last_written(names, _LIFECYCLE)
        found = {}
        for key, name in names.items():
            try:
                found[key] = self._dataset(name, facts[key], left.get(key, {}))
            except UnicodeEncodeError:
                found[key] = self._odd_dataset(key, name)
        return found

    def _job(
        self, name: FullName, facts: NodeFacts, sides: Sides, *, key: int, runs: RunTexts
    ) -> bytes:
        latest = runs.of(key)
        inputs, outputs = sides
        return _JOB % (
            self._name(Name(name.namespace, name.name)),
            _text(job_type(facts.facets)),
            _text(name.name),
            _text(name.simple),
            _text(name.parent),
            _text(parent_id(name)),
            _text(runs.latest_id(key)),
            facts.created_at.to_text().encode(),
            facts.updated_at.to_text().encode(),
            _text(name.namespace),
            b",".join(map(self._name, inputs)),
            b",".join(map(self._name, outputs)),
            _text(location_of(facts.facets)),
            _text(description_of(facts.facets, facts.notes)),
            bytes(latest[0]) if latest else b"null",
        )

    def _dataset(self, name: Name, facts: NodeFacts, left: Facets) -> bytes:
        facets, notes = facts.facets, facts.notes
        is_told = bool(notes) or "tags" in facets
        own = _text(name.name)
        physical = text_of(facets, DATASET_FACET, "physicalName")
        return _DATASET % (
            self._name(name),
            _text(text_of(facets, DATASET_FACET, "type") or "DB_TABLE"),
            own,
            _text(physical) if physical else own,
            facts.created_at.to_text().encode(),
            facts.updated_at.to_text().encode(),
            _text(name.namespace),
            _text(text_of(facets, "dataSource", "name") or "default"),
            _text(fields_json(facets, notes)) if is_told else _fields(facets.get("schema")),
            _text(tags_of(facets, notes)) if is_told else b"[]",
            _text(lifecycle_of(left)),
            _text(description_of(facets, notes)),
        )

    def _name(self, name: Name) -> bytes:
        found = self._names.get(name)
        if found is None:
            found = b'{"namespace":%b,"name":%b}' % (_text(name.namespace), _text(name.name))
            self._names[name] = found
        return found

    def _odd_job(self, key: int, name: FullName, sides: Sides, runs: RunTexts) -> bytes:
        """Return a job in which something is no Unicode, lone surrogates, the long way."""
        job = self._view.jobs.by_keys([key], is_whole=False)[key]
        latest = runs.of(key)
        run = latest[0] if latest else None
        node = job_node_json(job, name, sides=sides, run_id=runs.latest_id(key), run=run)
        return json_bytes(node)

    def _odd_dataset(self, key: int, name: Name) -> bytes:
        """Return a dataset in which something is no Unicode, lone surrogates, the long way."""
        dataset = self._view.datasets.by_keys([key])[key]
        return json_bytes(dataset_node_json(_called(dataset, name)))


def _called(dataset: Dataset, name: Name) -> Dataset:
    return dataset if dataset.name == name else replace(dataset, name=name)


@lru_cache(maxsize=256)
def _fields(schema: bytes | None) -> bytes:
    """Return the fields of one facet body, which many datasets share."""
    return b"[]" if schema is None else _text(fields_json({"schema": schema}, ()))


def _text(value: object) -> bytes:
    return _ENCODER.encode(value)
