"""Facets as tables of one row for each, whether they stand in a set or by name.

What runs say is in two places, see `lineage/facet_tables.py`; these statements unite them. A
condition is put into both halves, so that each is read along its index.
"""

from __future__ import annotations

from typing import Final

_IO: Final = (
    "(SELECT io.run_id, io.dataset_id, io.direction, 0 AS part, m.facet_name_id, m.facet_id,"
    " m.is_deleted, io.key FROM run_io io JOIN facet_set_member m ON m.set_id = io.facet_set_id"
    " WHERE {where} UNION ALL SELECT io.run_id, io.dataset_id, io.direction, o.part,"
    " o.facet_name_id, o.facet_id, o.is_deleted, o.key FROM run_io io JOIN io_facet o"
    " ON o.run_id = io.run_id AND o.dataset_id = io.dataset_id AND o.direction = io.direction"
    " WHERE {where})"
)
_RUN: Final = (
    "(SELECT r.id AS run_id, {owner} AS owner, m.facet_name_id, m.facet_id, m.is_deleted,"
    " r.last_key AS key FROM run r JOIN facet_set_member m ON m.set_id = r.{word}_set_id"
    " WHERE {where} UNION ALL SELECT r.id, o.owner, o.facet_name_id, o.facet_id, o.is_deleted,"
    " o.key FROM run r JOIN run_facet o ON o.run_id = r.id AND o.owner = {owner} WHERE {where})"
)
_WORDS: Final = ("run", "job")

JOB_KEY: Final = "coalesce(f.key, (SELECT x.facet_key FROM job x WHERE x.id = f.job_id))"
DATASET_KEY: Final = (
    "coalesce(f.key, (SELECT CASE f.role WHEN 1 THEN x.written_key ELSE x.read_key END"
    " FROM dataset x WHERE x.id = f.dataset_id))"
)
"""The key of a row `f` of `job_facet` or `dataset_facet`."""


def io_facets(where: str) -> str:
    """Return what runs say of datasets; the condition is over `run_io io`."""
    return _IO.replace("{where}", where)


def run_facets(where: str, *, owner: int) -> str:
    """Return what is said of runs (owner 0) or of their jobs (1); the condition is over `run r`."""
    return (
        _RUN.replace("{owner}", str(owner))
        .replace("{word}", _WORDS[owner])
        .replace("{where}", where)
    )
