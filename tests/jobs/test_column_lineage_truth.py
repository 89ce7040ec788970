"""Every shipped job against itself: each input column changed, and what that does."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from headwater.duck import connect
from headwater.engine.declaration import JobDeclaration, KernelStep, SetStep
from headwater.engine.set_step import run_set_step
from headwater.engine.settings import JoinSettings
from headwater.jobs.curated_sql import SourceTable
from headwater.jobs.curated_tables import GROUPED, declare_grouped, declare_join
from headwater.jobs.dedupe import Dedupe, rule_of
from headwater.jobs.processed_table import declare_processed
from headwater.jobs.record_kernel import RecordKernel, RecordSpec
from headwater.jobs.typed_columns import ARROW
from headwater.lake.contract import SourceSchema
from headwater.model.columns import ENVELOPE, Column
from headwater.sdk.sql import InputColumn, lineage_of
from tests.sdk.perturbation import Data, Verdict, judge

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
ROWS = 9
WORDS = ("a", "b", "c", "d")
OWN: Mapping[str, Any] = {
    "station": "string",
    "level": "long",
    "flow": "double",
    "seen": "timestamp",
}
WIDE = {**dict(ENVELOPE), **OWN}


def value(kind: str, name: str, number: int, rng: random.Random) -> Any:
    """Return a value of a column as a row holds it: few different ones, so that they meet."""
    if name in ("id", "record_hash"):
        return f"{name}-{rng.randrange(ROWS)}"
    if name == "source":
        return "air"
    if name not in dict(ENVELOPE) and rng.random() < 0.1:
        return None
    if kind == "timestamp":
        return START + timedelta(minutes=rng.choice([0, 20, 50, 70, 1500, 12000, 18000]))
    if kind == "string":
        return rng.choice(WORDS)
    if kind == "double":
        return rng.randint(1, 8) / 8
    return rng.randint(1, 4) + number % 2


def fresh(like: Any, rng: random.Random) -> Any:
    """Return another value of the same kind."""
    if isinstance(like, datetime):
        return like + timedelta(minutes=rng.choice([-600000, -9000, -61, -1, 1, 30, 61, 1440]))
    if isinstance(like, float):
        return rng.choice([like + 0.125, like * 2, 0.25, 5.0])
    if isinstance(like, int):
        return rng.choice([like + 1, like * 10, rng.randint(1, 4)])
    return rng.choice([*WORDS, "elsewhere"]) if like is not None else None


def fresh_or_wrong(like: Any, rng: random.Random) -> Any:
    """Return another value, or one that no schema of ours takes: raw records hold anything."""
    if rng.random() < 0.6:
        return fresh(like, rng)
    return {"wrong": rng.randrange(3)}


def bases(inputs: Mapping[str, Mapping[str, str]]) -> list[dict[str, Data]]:
    """Return a few small instances of the inputs of a job."""
    found = []
    for seed in range(3):
        rng = random.Random(seed)
        found.append(
            {
                table: Data(
                    tuple(columns),
                    tuple(
                        tuple(value(kind, name, number, rng) for name, kind in columns.items())
                        for number in range(ROWS)
                    ),
                )
                for table, columns in inputs.items()
            }
        )
    return found


def rows_of(columns: Mapping[str, str], rng: random.Random) -> tuple[tuple[Any, ...], ...]:
    """Return rows, some of which are equal in all but the facts of their arrival."""
    rows = [
        tuple(value(kind, name, number, rng) for name, kind in columns.items())
        for number in range(ROWS)
    ]
    moved: tuple[tuple[str, ...], ...] = (("id", "received_at"), ("id",), ("id", "level", "flow"))
    again = [
        tuple(
            value(kind, name, number, rng) if name in moved[number % 3] else old
            for (name, kind), old in zip(columns.items(), rows[number], strict=True)
        )
        for number in range(ROWS)
    ]
    return (*rows, *again)


def claims(
    fields: Mapping[str, Iterable[InputColumn]], rows: Iterable[InputColumn]
) -> dict[str, set[tuple[str, str]]]:
    shared = {(use.table, use.column) for use in rows}
    return {
        output: shared | {(use.table, use.column) for use in uses}
        for output, uses in fields.items()
    }


def truth_of(declaration: JobDeclaration, run: Any, changed: Any = fresh) -> Verdict:
    step = declaration.step
    if isinstance(step, KernelStep):
        named = claims(step.fields, step.rows)
    else:
        lineage = lineage_of(step.sql, schema=declaration.inputs)
        assert lineage.unknown == ()
        assert set(lineage.inputs) == set(declaration.inputs)
        named = claims(lineage.columns, lineage.indirect)
    assert set(named) == {column.name for column in declaration.output.columns}
    return judge(run, bases(declaration.inputs), named, fresh=changed, cells=1)


# -- set steps -----------------------------------------------------------------------------------

SOURCES = (
    SourceTable(source="air", columns=WIDE, key=("station",), schema_version=1, has_rejected=True),
    SourceTable(source="sea", columns=WIDE, key=(), schema_version=2, has_rejected=False),
)
JOIN = JoinSettings(
    name="air_sea",
    left="air",
    right="sea",
    on={"station": "station"},
    columns=("level",),
    prefix="s_",
)
SET_JOBS = [
    *(declare_grouped(table, SOURCES) for table in GROUPED),
    declare_join(JOIN, WIDE, WIDE),
]


def set_step(declaration: JobDeclaration, connection: Any) -> Any:
    """Return how the job runs on given tables."""
    step = declaration.step
    assert isinstance(step, SetStep)

    def run(tables: Mapping[str, Data]) -> Data:
        relations = {}
        for name, data in tables.items():
            kinds = declaration.inputs[name]
            columns = zip(*data.rows, strict=True)
            arrow = pa.table(
                {
                    column: pa.array(values, ARROW[kinds[column]])
                    for column, values in zip(data.columns, columns, strict=True)
                }
            )
            connection.register(name.replace(".", "_"), arrow)
            relations[name] = f"SELECT * FROM {name.replace('.', '_')}"
        made = run_set_step(connection, step.sql, relations)
        return Data(
            tuple(made.column_names), tuple(tuple(row.values()) for row in made.to_pylist())
        )

    return run


# -- the record kernel ---------------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {
        "station": {"type": ["string", "null"]},
        "level": {"type": ["integer", "null"], "maximum": 20},
        "flow": {"type": ["number", "null"]},
        "seen": {"type": ["string", "null"], "format": "date-time"},
    },
}


def source_schema(dedupe: str, event_time: str | None) -> SourceSchema:
    return SourceSchema(
        source="air",
        version=1,
        schema=SCHEMA,
        columns=tuple(Column(field=name, name=name, type=kind) for name, kind in OWN.items()),
        dedupe=dedupe,
        key=("station",) if dedupe == "key" else (),
        event_time=event_time,
        proposed=False,
        registered_at=START,
        registered_by="somebody",
    )


KERNEL_JOBS = {
    f"{dedupe} by {event_time or 'received time'}": source_schema(dedupe, event_time)
    for dedupe in ("hash", "key", "none")
    for event_time in ("seen", None)
}


def kernel_step(schema: SourceSchema, connection: Any) -> Any:
    """Return how the kernel and the dedupe after it run on given raw records."""
    kernel = RecordKernel(
        RecordSpec(
            source=schema.source,
            schema=schema.schema,
            columns=schema.columns,
            event_time=schema.event_time,
            processed_at=START,
        )
    )

    def run(tables: Mapping[str, Data]) -> Data:
        (data,) = tables.values()
        lines = [line_of(dict(zip(data.columns, row, strict=True))) for row in data.rows]
        batch = pa.record_batch({"line": pa.array(lines, pa.binary()), "offset": range(len(lines))})
        rows = pa.Table.from_batches([kernel(batch).rows])
        kept = Dedupe(connection, rule_of(schema.dedupe, schema.key)).apply(rows, (), ()).fresh
        return Data(
            tuple(kept.column_names), tuple(tuple(row.values()) for row in kept.to_pylist())
        )

    return run


def line_of(row: dict[str, Any]) -> bytes:
    """Return a raw record; its envelope comes from ingest and is never null."""
    received = row.pop("received_at")
    envelope = {
        "id": str(row.pop("id") or "id-none"),
        "source": str(row.pop("source") or "air"),
        "received_at": text_of(received if isinstance(received, datetime) else START),
    }
    data = {
        name: text_of(each) if isinstance(each, datetime) else each for name, each in row.items()
    }
    return json.dumps({**envelope, "data": data}).encode()


def text_of(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


# -- the claim -----------------------------------------------------------------------------------


def united(verdicts: Iterable[tuple[str, Verdict]]) -> Verdict:
    """Count verdicts together, and print the figures."""
    total = Verdict()
    for name, verdict in verdicts:
        total.add(verdict, name)
    print(
        f"{len(total.confirmed)} true claims:"
        f" recall {total.recall:.2%}, precision {total.precision:.2%}"
    )
    return total


@pytest.mark.timeout(1800)
def test_lineage_of_set_steps_names_every_effect_and_hardly_anything_else() -> None:
    with connect(threads=1) as connection:
        total = united((each.name, truth_of(each, set_step(each, connection))) for each in SET_JOBS)
    assert total.missed == set()
    assert total.precision >= 0.98, sorted(total.unconfirmed)


@pytest.fixture(scope="module")
def of_the_kernel() -> Verdict:
    with connect(threads=1) as connection:
        return united(
            (
                name,
                truth_of(
                    declare_processed(schema), kernel_step(schema, connection), fresh_or_wrong
                ),
            )
            for name, schema in KERNEL_JOBS.items()
        )


def test_lineage_of_the_kernel_names_every_effect(of_the_kernel: Verdict) -> None:
    assert of_the_kernel.missed == set()


def test_lineage_of_the_kernel_names_hardly_anything_else(of_the_kernel: Verdict) -> None:
    assert of_the_kernel.precision >= 0.98, sorted(of_the_kernel.unconfirmed)
