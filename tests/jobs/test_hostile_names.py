"""A field may be called anything: keywords, quotes, and every name that the SQL gives itself."""

from __future__ import annotations

import os
import re
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.duck import connect
from headwater.engine.settings import JobSettings, JoinSettings
from headwater.jobs.curated_sql import SourceTable
from headwater.jobs.curated_tables import GROUPED
from headwater.jobs.dedupe import Dedupe, rule_of
from headwater.jobs.join_sql import join_sql
from headwater.model.columns import ENVELOPE, column_name
from headwater.sdk.sql import lineage_of

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
TYPES = {"string": "VARCHAR", "timestamp": "TIMESTAMPTZ", "double": "DOUBLE", "int": "INTEGER"}
TYPES |= {"long": "BIGINT"}


def source(own: dict[str, Any], key: tuple[str, ...] = ()) -> SourceTable:
    columns = {**dict(ENVELOPE), **own}
    return SourceTable(source="s", columns=columns, key=key, schema_version=1, has_rejected=True)


PLAIN = JoinSettings(name="j", left="s", right="s", on={"a": "a"}, columns=("a",), prefix="x_")
STATEMENTS = [
    *(table.to_sql([source({"a": "double"}, ("a",))]) for table in GROUPED),
    join_sql(PLAIN, source({"a": "double"}).columns),
]
OURS = sorted({word for sql in STATEMENTS for word in re.findall(r"[A-Za-z_]\w*", sql)})
DEDUPES = ["position", "place", "digest", "held", "facts", "replaced", "few", "ranked", "key_0"]
HOSTILE = [
    "select",
    'a"b',
    "a'b",
    "a b",
    "a.b",
    "a;--",
    "🦆",
    "ß",
    "%s",
    "{x}",
    "$1",
    "?",
    "\\",
    " ",
]
names = st.one_of(
    st.sampled_from([*OURS, *DEDUPES, *HOSTILE]),
    st.text(min_size=1, max_size=8).filter(str.isprintable),
)
fields = st.lists(names, min_size=1, max_size=6, unique_by=lambda name: column_name(name).lower())


def execute(sql: str, columns: dict[str, str]) -> int:
    """Return the rows of a statement over one row, NULL but for the envelope."""
    with connect() as connection:
        connection.execute("CREATE SCHEMA processed; CREATE SCHEMA quarantine")
        listed = ", ".join(
            '"' + name.replace('"', '""') + f'" {TYPES[kind]}' for name, kind in columns.items()
        )
        connection.execute(f"CREATE TABLE processed.s ({listed})")
        connection.execute(
            "CREATE TABLE quarantine.s AS SELECT 's' AS source, now() AS received_at"
        )
        connection.execute(
            "INSERT INTO processed.s"
            " (id, source, event_ts, received_at, processed_at, record_bytes)"
            " VALUES ('i', 's', now(), now(), now(), 7)"
        )
        return int(connection.execute(sql).to_arrow_table().num_rows)


@given(fields)
@settings(max_examples=ROUNDS, deadline=None)
def test_any_fields_are_summarised_and_have_their_lineage(found: list[str]) -> None:
    own = {column_name(field): "double" for field in found}
    table = source(own, tuple(own)[:2])
    inputs = {
        "processed.s": dict(table.columns),
        "quarantine.s": {"source": "string", "received_at": "timestamp"},
    }
    for grouped in GROUPED:
        sql = grouped.to_sql([table])
        assert execute(sql, dict(table.columns)) in (1, 2)
        lineage = lineage_of(sql, schema=inputs)
        assert lineage.unknown == ()
        assert set(lineage.columns) == set(grouped.columns)
    of_rates = lineage_of(GROUPED[2].to_sql([table]), schema=inputs).columns["null_rates"]
    assert {each.column for each in of_rates if each.type == "DIRECT"} == set(own)


@given(fields)
@settings(max_examples=ROUNDS, deadline=None)
def test_any_fields_are_joined_and_have_their_lineage(found: list[str]) -> None:
    own = {column_name(field): "double" for field in found}
    columns = dict(source(own).columns)
    join = JoinSettings(
        name="j", left="s", right="s", on={n: n for n in own}, columns=tuple(own), prefix="\t"
    )
    sql = join_sql(join, columns)
    assert execute(sql, columns) == 1
    lineage = lineage_of(sql, schema={"processed.s": columns})
    assert lineage.unknown == ()
    for name in own:
        direct = [c.column for c in lineage.columns["\t" + name] if c.type == "DIRECT"]
        assert direct == [name]


def test_any_key_decides_what_is_the_same(lake: Any) -> None:
    keys = {f"s{number}": name for number, name in enumerate(["position", "place", *HOSTILE])}
    for source, name in keys.items():
        lake.registry.register(source, schema([name], key=name), actor="test")
        lake.put(source, [line(1, {name: 1.0}), line(2, {name: 1.0}), line(3, {name: 2.0})])
    assert {result.error for result in lake.run()} == {None}
    for source, name in keys.items():
        lake.put(source, [line(4, {name: 2.0}), line(5, {name: 3.0})])
    assert {result.error for result in lake.run()} == {None}
    for source in keys:
        found = [row["id"] for row in lake.rows("processed", source)]
        assert found == ["id-0002", "id-0004", "id-0005"]


def test_a_source_with_every_name_of_ours_goes_through_the_chain(lake: Any) -> None:
    unique = {column_name(name).lower(): name for name in [*OURS, *DEDUPES, *HOSTILE]}
    found = list(unique.values())
    joined = tuple(column_name(name) for name in found)
    lake.settings = JobSettings(
        joins=(
            JoinSettings(
                name="j", left="s", right="s", on={"place": "place"}, columns=joined, prefix="r "
            ),
        )
    )
    lake.registry.register("s", schema(found, key=found[0]), actor="test")
    lake.put("s", [line(n, dict.fromkeys(found, n / 2)) for n in range(3)])
    results = lake.run("refresh")
    assert [(r.table, r.error) for r in results if r.error] == []
    assert [result.rows_out for result in results] == [3, 1, 1, 1, 3]


def test_proposed_fields_that_differ_in_case_fail_nothing(lake: Any) -> None:
    from headwater.wire.records.inference import Inference

    rows = [{"User": 1}, {"user": 2}, {"ß": 1, "SS": 2}, {"USER": "x", "ss": 1}]
    for number, row in enumerate(rows):
        inference = Inference()
        inference.add([row])
        lake.registry.propose("s", inference.schema())
        lake.put("s", [line(number, row)])
        assert [result.error for result in lake.run("refresh")] == [None] * 4
    assert {"User", "ß", "SS"} <= set(lake.rows("processed", "s")[0])
    assert len(lake.rows("processed", "s")) == len(rows)


def test_what_decides_equality_may_repeat_a_fact() -> None:
    rows = pa.table({"event_ts": [1, 2], "received_at": [1, 1], "id": ["a", "b"]})
    rows = rows.append_column("record_hash", pa.array(["x", "x"]))
    with connect() as connection:
        outcome = Dedupe(connection, rule_of("hash", ())).apply(rows, (), ())
    assert outcome.fresh.column("id").to_pylist() == ["a"]


def schema(found: list[str], *, key: str) -> dict[str, Any]:
    properties = {name: {"type": "number"} for name in found}
    return {"type": "object", "properties": properties, "x-dedupe": "key", "x-key": [key]}


def line(number: int, data: dict[str, Any]) -> dict[str, Any]:
    at = f"2026-03-01T10:00:{number:02}Z"
    return {"id": f"id-{number:04}", "received_at": at, "data": data}


WORDS = ("select", "order", "group", "table", "from", "left", "end", "place")


def test_sources_may_be_called_like_words_of_sql(lake: Any) -> None:
    join = {"on": {"a": "a"}, "columns": ("a",), "prefix": "x_"}
    lake.settings = JobSettings(
        joins=(JoinSettings(name="j", left="select", right="order", **join),)
    )
    for word in WORDS:
        lake.registry.register(word, schema(["a"], key="a"), actor="test")
        lake.put(word, [line(1, {"a": 1.0})])
    assert {result.error for result in lake.run("refresh")} == {None}
    assert {row["source"] for row in lake.rows("curated", "daily_summary")} == set(WORDS)
    assert len(lake.rows("curated", "j")) == 1
