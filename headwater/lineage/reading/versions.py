"""Ids of dataset and job versions: the same for the same facts, wherever they are computed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from headwater.lineage.reading.rows import to_bytes
from headwater.model.lineage import Name
from headwater.wire.openlineage.run_ids import name_uuid_text


def version_of(named: bytes, writer: bytes | None) -> str:
    """Return what `dataset_version` does, of the `bytes_of` a dataset, and remember nothing."""
    return name_uuid_text(named if writer is None else b"%b:%b" % (named, writer.hex().encode()))


def bytes_of(dataset: Name) -> bytes:
    """Return what the ids of the versions of a dataset are made of."""
    return to_bytes(f"{dataset.namespace}:{dataset.name}")


@lru_cache(maxsize=50_000)
def dataset_version(dataset: Name, writer: bytes | None) -> str:
    """Return the id of what `writer`, a run's UUID or an event's hash, made of a dataset.

    Without a writer it is the one version of a dataset that nobody wrote.
    """
    parts = [dataset.namespace, dataset.name, *([] if writer is None else [writer.hex()])]
    return _uuid(parts)


def job_version(job: Name, inputs: Iterable[Name], outputs: Iterable[Name]) -> str:
    """Return the id of a job with these inputs and outputs, as Marquez computes it."""
    sides = [
        ":".join([f"{name.namespace}:{name.name}" for name in sorted(set(side))])
        for side in (inputs, outputs)
    ]
    return _uuid([job.namespace, job.name, *sides])


def _uuid(parts: Iterable[str]) -> str:
    return name_uuid_text(to_bytes(":".join(parts)))
