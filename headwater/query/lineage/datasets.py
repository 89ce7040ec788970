"""What a list of datasets shows of each: its last write, its tests, what people say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Moment, Name
from headwater.query.lineage.descriptions import description_of, owners_of, tags_of
from headwater.query.lineage.run_facts import UseFacts, use_facts
from headwater.query.lineage.schemas import fields_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWrite:
    """The run that completed the last write of a dataset, and what it said of it."""

    run: str
    job: Name
    at: Moment | None
    use: UseFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDataset:
    """A dataset in a list."""

    name: Name
    updated_at: Moment
    columns: int
    description: str | None
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    last_write: LastWrite | None


def listed_datasets(view: LineageView, keys: Iterable[int]) -> dict[int, ListedDataset]:
    """Return datasets by key, any number with a few statements."""
    wanted = list(keys)
    writes = last_writes(view, wanted)
    return {
        key: ListedDataset(
            name=one.name,
            updated_at=one.updated_at,
            columns=len(fields_of(one.facets)),
            description=description_of(one.facets, one.notes),
            tags=tuple(tags_of(one.facets, one.notes)),
            owners=tuple(name for name, _ in owners_of(one.facets, one.notes)),
            last_write=writes.get(key),
        )
        for key, one in view.datasets.by_keys(wanted).items()
    }


def last_writes(view: LineageView, datasets: Iterable[int]) -> dict[int, LastWrite]:
    """Return by dataset the last write of it that was completed."""
    found = view.freshness.last_writes(datasets)
    runs = view.runs.by_keys(found.values(), is_whole=False)
    own = view.facets.of_io(found.values(), "output", is_own=True)
    said = view.facets.of_io(found.values(), "output", is_own=False)
    return {
        dataset: LastWrite(
            run=runs[run].id,
            job=runs[run].job,
            at=runs[run].ended_at or runs[run].started_at,
            use=use_facts({**own.get((run, dataset), {}), **said.get((run, dataset), {})}),
        )
        for dataset, run in found.items()
    }
