"""The SELECTs of the curated zone, in the portable subset: one per source, united.

Sums are over decimals, so that they do not depend on the order of the rows or on the engine.
Percentiles are nearest-rank, by position. Days and hours are UTC. Columns of a source stand
behind the table's alias, and no derived table passes them on beside names of ours: a field may
be called anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.model.columns import ENVELOPE_NAMES

LARGEST_SUMMED: Final = "1e15"
"""A column with a larger magnitude than this in a group has no sum and no average there."""

QUARANTINE_COLUMNS: Final = {"source": "string", "received_at": "timestamp"}

_NUMERIC: Final = frozenset({"int", "long", "float", "double"})
_METRICS: Final = (
    'MAP(VARCHAR, STRUCT("sum" DOUBLE, "average" DOUBLE, "min" DOUBLE, "max" DOUBLE,'
    ' "count" BIGINT))'
)
_DAYS_COMPARED: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A processed table as the curated zone sees it: its columns and what identifies a record.

    `has_rejected` tells whether the source ever had a record in quarantine.
    """

    source: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    schema_version: int
    has_rejected: bool

    @property
    def own(self) -> dict[str, str]:
        """Return the columns that come from the data, with their types."""
        return {name: kind for name, kind in self.columns.items() if name not in ENVELOPE_NAMES}


def daily_summary_sql(sources: Sequence[SourceTable]) -> str:
    """Return one row per source and day."""
    return _united(_daily(each) for each in sources)


def hourly_metrics_sql(sources: Sequence[SourceTable]) -> str:
    """Return one row per source and hour."""
    return _united(_hourly(each) for each in sources)


def source_statistics_sql(sources: Sequence[SourceTable]) -> str:
    """Return one row per source."""
    return _united(_statistics(each) for each in sources)


def _daily(table: SourceTable) -> str:
    day = "CAST(t.event_ts AS DATE)"
    records = f"""SELECT t.source, {day} AS day, COUNT(*) AS records,
    COUNT(DISTINCT {_identity(table)}) AS distinct_keys,
    MIN(t.event_ts) AS first_event, MAX(t.event_ts) AS last_event,
    {_average("t.quality_score")} AS average_quality,
    {_metrics_map(table)} AS fields
  FROM processed."{table.source}" AS t GROUP BY t.source, {day}"""
    columns = ["distinct_keys", "first_event", "last_event", "average_quality", "fields"]
    return _with_rejected(
        table, records, "day", "CAST(received_at AS DATE)", columns=columns, rejected="rejected"
    )


def _hourly(table: SourceTable) -> str:
    hour = "DATE_TRUNC('hour', s.event_ts)"
    latency = "CAST(DATE_DIFF('microsecond', s.event_ts, s.processed_at) AS DOUBLE) / 1e6"
    records = f"""SELECT source, hour, COUNT(*) AS records,
    CAST(SUM(record_bytes) AS BIGINT) AS bytes,
    MIN(CASE WHEN 100 * place >= 50 * total THEN latency END) AS latency_p50_seconds,
    MIN(CASE WHEN 100 * place >= 95 * total THEN latency END) AS latency_p95_seconds
  FROM (SELECT source, hour, record_bytes, latency,
      ROW_NUMBER() OVER (PARTITION BY source, hour ORDER BY latency) AS place,
      COUNT(*) OVER (PARTITION BY source, hour) AS total
    FROM (SELECT s.source, {hour} AS hour, s.record_bytes, {latency} AS latency
      FROM processed."{table.source}" AS s) AS t) AS p
  GROUP BY source, hour"""
    columns = ["bytes", "latency_p50_seconds", "latency_p95_seconds"]
    hour_of_rejection = "DATE_TRUNC('hour', received_at)"
    return _with_rejected(
        table, records, "hour", hour_of_rejection, columns=columns, rejected="errors"
    )


def _with_rejected(
    table: SourceTable,
    records: str,
    group: str,
    rejected_group: str,
    *,
    columns: Sequence[str],
    rejected: str,
) -> str:
    """Put the count of rejected records beside the rows; a group may have only those."""
    listed = ", ".join(f"r.{column}" for column in columns)
    if not table.has_rejected:
        return (
            f"SELECT r.source, r.{group}, r.records, {listed}, CAST(0 AS BIGINT) AS {rejected}\n"
            f"FROM ({records}) AS r"
        )
    return f"""SELECT COALESCE(r.source, q.source) AS source,
  COALESCE(r.{group}, q.{group}) AS {group},
  COALESCE(r.records, CAST(0 AS BIGINT)) AS records, {listed},
  COALESCE(q.{rejected}, CAST(0 AS BIGINT)) AS {rejected}
FROM ({records}) AS r
FULL OUTER JOIN (SELECT source, {rejected_group} AS {group}, COUNT(*) AS {rejected}
  FROM quarantine."{table.source}" GROUP BY source, {rejected_group}) AS q
ON r.source = q.source AND r.{group} = q.{group}"""


def _statistics(table: SourceTable) -> str:
    days_ago = "DATE_DIFF('day', CAST(t.event_ts AS DATE), CAST(m.last_event AS DATE))"
    recent = f"{days_ago} < {_DAYS_COMPARED}"
    before = f"{days_ago} >= {_DAYS_COMPARED} AND {days_ago} < {2 * _DAYS_COMPARED}"
    quality = "t.quality_score"
    statistics = f"""SELECT t.source, COUNT(*) AS records,
    CAST(SUM(t.record_bytes) AS BIGINT) AS bytes,
    MIN(t.event_ts) AS first_event, MAX(t.event_ts) AS last_event,
    MIN(t.received_at) AS first_seen, MAX(t.received_at) AS last_seen,
    {_average(quality)} AS average_quality,
    {_average(quality, recent)} - {_average(quality, before)} AS quality_trend,
    {_shares_map(table)} AS null_rates
  FROM processed."{table.source}" AS t
  CROSS JOIN (SELECT MAX(s.event_ts) AS last_event FROM processed."{table.source}" AS s) AS m
  GROUP BY t.source"""
    listed = """r.first_event, r.last_event, r.first_seen, r.last_seen, r.average_quality,
  r.quality_trend, r.null_rates"""
    version = f"CAST({table.schema_version} AS INTEGER) AS schema_version"
    if not table.has_rejected:
        return f"""SELECT r.source, r.records, r.bytes, CAST(0 AS BIGINT) AS rejected, {version},
  {listed}
FROM ({statistics}) AS r"""
    return f"""SELECT COALESCE(r.source, q.source) AS source,
  COALESCE(r.records, CAST(0 AS BIGINT)) AS records, COALESCE(r.bytes, CAST(0 AS BIGINT)) AS bytes,
  COALESCE(q.rejected, CAST(0 AS BIGINT)) AS rejected, {version},
  {listed}
FROM ({statistics}) AS r
FULL OUTER JOIN (SELECT source, COUNT(*) AS rejected
  FROM quarantine."{table.source}" GROUP BY source) AS q
ON r.source = q.source"""


def _identity(table: SourceTable) -> str:
    """Return what counts as one thing: the key fields, without them the record itself."""
    key = [column for column in table.key if column in table.columns]
    if not key:
        return "t.record_hash"
    if len(key) == 1:
        return _name(key[0])
    parts = (f"key_{place} := {_name(column)}" for place, column in enumerate(key))
    return f"STRUCT_PACK({', '.join(parts)})"


def _metrics_map(table: SourceTable) -> str:
    numeric = [name for name, kind in table.own.items() if kind in _NUMERIC]
    if not numeric:
        return f"CAST(NULL AS {_METRICS})"
    names = ", ".join(_text(name) for name in numeric)
    return f"MAP([{names}], [{', '.join(_metrics(name) for name in numeric)}])"


def _metrics(column: str) -> str:
    name = _name(column)
    return (
        f'STRUCT_PACK("sum" := {_sum(name)}, "average" := {_average(name)},'
        f' "min" := CAST(MIN({name}) AS DOUBLE), "max" := CAST(MAX({name}) AS DOUBLE),'
        f' "count" := COUNT({name}))'
    )


def _sum(name: str) -> str:
    small = f"CAST(CASE WHEN ABS({name}) <= {LARGEST_SUMMED} THEN {name} END AS DECIMAL(38, 6))"
    total = f"CAST(SUM({small}) AS DOUBLE)"
    return f"CASE WHEN MAX(ABS({name})) <= {LARGEST_SUMMED} THEN {total} END"


def _average(name: str, condition: str | None = None) -> str:
    """Return the average of a column, over the rows that a condition holds for."""
    value = name if condition is None else f"CASE WHEN {condition} THEN {name} END"
    return f"{_sum(value)} / NULLIF(CAST(COUNT({value}) AS DOUBLE), 0)"


def _shares_map(table: SourceTable) -> str:
    names = list(table.own)
    if not names:
        return "CAST(NULL AS MAP(VARCHAR, DOUBLE))"
    shares = (
        f"CAST(COUNT(*) - COUNT({_name(name)}) AS DOUBLE) / CAST(COUNT(*) AS DOUBLE)"
        for name in names
    )
    return f"MAP([{', '.join(_text(name) for name in names)}], [{', '.join(shares)}])"


def _united(selects: Iterable[str]) -> str:
    return "\nUNION ALL\n".join(selects)


def _name(column: str) -> str:
    return 't."' + column.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
