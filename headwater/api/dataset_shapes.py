"""Datasets as `/api/v2/datasets` shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from headwater.api.shapes.tables import (
    ColumnEnd,
    DatasetColumn,
    DatasetHead,
    DatasetJob,
    DatasetLine,
    FoundIn,
    LakeTable,
    LastWrite,
    NamedDataset,
    Said,
    TableLine,
    TableSchema,
)
from headwater.model.lineage import Name
from headwater.model.names import split_table_name
from headwater.query.lineage import dataset_page, datasets
from headwater.query.lineage.sayings import Described, Item, Saying

_WITHOUT_SNAPSHOTS: Final = ("raw", "quarantine")


def line_json(
    name: Name,
    listed: datasets.ListedDataset | None,
    *,
    table: TableLine | None,
    found_in: list[FoundIn],
) -> DatasetLine:
    """Return a dataset in a list, out of what the lake and what lineage knows of it."""
    return {
        "namespace": name.namespace,
        "name": name.name,
        "zone": None if table is None else split_table_name(table["table"])[0],
        "rows": None if table is None else table["rows"],
        "size_bytes": None if table is None else table["size_bytes"],
        "columns": table["columns"] if table else listed.columns if listed else 0,
        "changed_at": _changed_at(listed, table),
        "description": None if listed is None else listed.description,
        "tags": [] if listed is None else list(listed.tags),
        "owners": [] if listed is None else list(listed.owners),
        "last_write": None if listed is None else _write_json(listed.last_write),
        "found_in": found_in,
    }


def head_json(
    name: Name,
    page: dataset_page.DatasetPage | None,
    *,
    table: TableLine | None,
    schema: TableSchema | None,
) -> DatasetHead:
    """Return a dataset as its page shows it."""
    whole = None if page is None else page.sayings.whole
    return {
        "namespace": name.namespace,
        "name": name.name,
        "known": page is not None,
        "deleted": page is not None and page.entity.is_hidden,
        "updated_at": None if page is None else page.entity.updated_at.to_text(),
        "table": None if table is None else _table_json(table, schema),
        "description": None if whole is None else _description_json(whole),
        "tags": [] if whole is None else _items_json(whole.tags),
        "owners": [] if whole is None else _items_json(whole.owners),
        "identities": [] if page is None else [_name_json(one) for one in page.identities],
        "columns": _columns_json(page, schema),
        "rows_depend_on": [] if page is None else _ends_json(page.made_of.get("", ())),
        "writers": [] if page is None else _jobs_json(page.writers),
        "readers": [] if page is None else _jobs_json(page.readers),
        "last_write": None if page is None else _write_json(page.last_write),
        "partial": page is not None and page.reason is not None,
        "reason": None if page is None else page.reason,
    }


def _table_json(table: TableLine, schema: TableSchema | None) -> LakeTable:
    zone = split_table_name(table["table"])[0]
    return {
        "table": table["table"],
        "zone": zone,
        "location": None if schema is None else schema["location"],
        "rows": table["rows"],
        "size_bytes": table["size_bytes"],
        "changed_at": table["changed_at"],
        "snapshot": table["snapshot"],
        "has_snapshots": zone not in _WITHOUT_SNAPSHOTS,
    }


def _columns_json(
    page: dataset_page.DatasetPage | None, schema: TableSchema | None
) -> list[DatasetColumn]:
    """Return the columns that the lake has, else those that events declare or name.

    Of raw records both: what the lake keeps of each, and the fields in their data.
    """
    said = {} if page is None else {one.name: one for one in page.sayings.columns}
    stored = {} if schema is None else {one["name"]: one for one in schema["columns"]}
    described = () if page is None else page.described
    is_raw = schema is not None and split_table_name(schema["table"])[0] == "raw"
    declared = dict.fromkeys([*said, *described])
    names = {**stored, **declared} if is_raw else stored or declared
    return [_column_json(name, said.get(name), stored.get(name), page) for name in names]


def _column_json(
    name: str,
    said: Described | None,
    stored: Mapping[str, object] | None,
    page: dataset_page.DatasetPage | None,
) -> DatasetColumn:
    kind = said.type if said is not None else None
    text = None if said is None or not said.descriptions else said.descriptions[0].value
    required: bool | None = None
    if stored is not None:
        kind = str(stored["type"])
        held, note = stored.get("required"), stored.get("description")
        required = held if isinstance(held, bool) else None
        text = text or (note if isinstance(note, str) else None)
    return {
        "name": name,
        "type": kind,
        "required": required,
        "description": text,
        "tags": [] if said is None else _items_json(said.tags),
        "made_of": [] if page is None else _ends_json(page.made_of.get(name, ())),
        "feeds": [] if page is None else _ends_json(page.feeds.get(name, ())),
    }


def _write_json(write: datasets.LastWrite | None) -> LastWrite | None:
    if write is None:
        return None
    passed = sum(test.status == "pass" for test in write.use.tests)
    failed = sum(test.status == "fail" for test in write.use.tests)
    return {
        "run": write.run,
        "namespace": write.job.namespace,
        "job": write.job.name,
        "at": None if write.at is None else write.at.to_text(),
        "rows": write.use.rows,
        "tests_passed": passed,
        "tests_failed": failed,
    }


def _changed_at(
    listed: datasets.ListedDataset | None, table: TableLine | None
) -> datetime | str | None:
    if table is not None:
        return table["changed_at"]
    if listed is None:
        return None
    last = listed.last_write
    at = listed.updated_at if last is None or last.at is None else last.at
    return at.to_text()


def _ends_json(ends: Sequence[dataset_page.ColumnEnd]) -> list[ColumnEnd]:
    return [
        {
            "namespace": end.dataset.namespace,
            "name": end.dataset.name,
            "column": end.column or None,
            "job": None if end.job is None else end.job.name,
            "job_namespace": None if end.job is None else end.job.namespace,
            "kind": end.kind,
            "subtype": end.subtype,
            "masked": end.is_masked,
        }
        for end in ends
    ]


def _jobs_json(jobs: Iterable[dataset_page.UsingJob]) -> list[DatasetJob]:
    return [
        {
            "namespace": one.name.namespace,
            "name": one.name.name,
            "edge": one.edge,
            "state": one.state,
        }
        for one in jobs
    ]


def _items_json(items: Iterable[Item]) -> list[Said]:
    return [
        _said_json(item.name, item.sayings[0], item.sayings[0].value)
        for item in items
        if not item.is_taken_back
    ]


def _description_json(said: Described) -> Said | None:
    if not said.descriptions:
        return None
    first = said.descriptions[0]
    return _said_json(first.value or "", first, None)


def _said_json(value: str, saying: Saying, kind: str | None) -> Said:
    return {
        "value": value,
        "type": kind,
        "source": saying.source,
        "by": saying.by,
        "at": saying.at.to_text(),
    }


def _name_json(name: Name) -> NamedDataset:
    return {"namespace": name.namespace, "name": name.name}
