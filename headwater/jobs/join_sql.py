"""The SELECT of a pre-joined set: the left rows, each with at most one row of the right."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.engine.settings import JoinSettings
from headwater.errors import Unprocessable
from headwater.model.columns import ENVELOPE_NAMES, Column, ColumnType

KEPT = ("id", "event_ts", "received_at")
"""The envelope columns of the left that a joined set keeps."""

Columns = Mapping[str, str]


def join_sql(join: JoinSettings, left: Columns) -> str:
    """Return the statement; where several right rows match, the latest one counts.

    Columns of the right pass the derived tables by number, so that their names meet none of ours.
    """
    kept = [f"l.{_name(column)}" for column in _left(left)]
    needed = tuple(dict.fromkeys((*join.on.values(), *join.columns)))
    passed = {column: f"column_{place}" for place, column in enumerate(needed)}
    added = [f"r.{passed[column]} AS {_name(join.prefix + column)}" for column in join.columns]
    renamed = ", ".join(f"s.{_name(column)} AS {name}" for column, name in passed.items())
    keys = ", ".join(f"s.{_name(column)}" for column in join.on.values())
    same = " AND ".join(f"l.{_name(a)} = r.{passed[b]}" for a, b in join.on.items())
    return f"""SELECT {", ".join([*kept, *added])}
FROM processed."{join.left}" AS l
LEFT JOIN (SELECT {", ".join(passed.values())} FROM (SELECT {renamed},
    ROW_NUMBER() OVER (PARTITION BY {keys}
      ORDER BY s.event_ts DESC, s.received_at DESC, s.id DESC) AS place
    FROM processed."{join.right}" AS s) AS ranked WHERE place = 1) AS r
ON {same}"""


def join_columns(join: JoinSettings, left: Columns, right: Columns) -> tuple[Column, ...]:
    """Return the columns of the set; raises `Unprocessable` for names that do not fit."""
    for column in (*join.on.values(), *join.columns):
        _check(join, join.right, column, right)
    for column in join.on:
        _check(join, join.left, column, left)
    found = {column: left[column] for column in _left(left)}
    for column in join.columns:
        name = join.prefix + column
        if name in found:
            raise Unprocessable(
                f"the joined set {join.name!r} would have two columns {name!r}",
                hint="give the join a prefix",
            )
        found[name] = right[column]
    return tuple(
        Column(field=name, name=name, type=_column_type(kind), required=name == "event_ts")
        for name, kind in found.items()
    )


def _left(left: Columns) -> list[str]:
    return [name for name in left if name in KEPT or name not in ENVELOPE_NAMES]


def _check(join: JoinSettings, source: str, column: str, columns: Columns) -> None:
    if column not in columns:
        raise Unprocessable(
            f"the joined set {join.name!r} needs the column {column!r}, which "
            f"processed.{source} does not have",
            hint="correct the setting jobs.joins",
        )


def _column_type(kind: str) -> ColumnType:
    found: ColumnType = kind  # type: ignore[assignment]  # tables of ours have types of ours
    return found


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
