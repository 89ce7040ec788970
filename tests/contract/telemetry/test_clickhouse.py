"""What only ClickHouse has: Grafana's panels, and runs that spans alone tell of."""

from __future__ import annotations

import re
from typing import Any

import pytest

from headwater.model.intervals import Intervals
from headwater.model.lineage import Name
from headwater.model.pipeline_runs import PipelineRun
from headwater.wire.otlp.signals import Signal
from tests.contract.telemetry.conftest import ENGINE, Engine
from tests.contract.telemetry.requests import START, gauge, spans
from tests.house.test_deploy import dashboard, statements

pytestmark = pytest.mark.skipif(ENGINE != "clickhouse", reason="is of ClickHouse")

BEGIN = START // 10**9
HOUR = Intervals(start=BEGIN - 1800, end=BEGIN + 1800, step=3600)
WINDOW = rf"\1 >= toDateTime({BEGIN - 60}) AND \1 <= toDateTime({BEGIN + 60})"
MACROS = {
    r"\$__timeInterval\((\w+)\)": r"toStartOfInterval(toDateTime(\1), INTERVAL 60 second)",
    r"\$__timeFilter\((\w+)\)": WINDOW,
}


def ask(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    for macro, meaning in MACROS.items():
        sql = re.sub(macro, meaning, sql)
    return list(engine.writer.ask(sql))  # type: ignore[attr-defined]


@pytest.fixture
def telling(engine: Engine) -> Engine:
    """A store with three runs that their spans tell of, one of which failed."""
    for letter, failed in (("a", False), ("b", False), ("c", True)):
        told = {
            "openlineage.run_id": f"run {letter}",
            "openlineage.job.namespace": "etl",
            "openlineage.job.name": "nightly",
            "headwater.records.written": 50,
        }
        stage = {"openlineage.run_id": f"run {letter}", "pipeline.stage": "load"}
        second = 10**9
        engine.send(
            spans(
                {"trace": letter, "id": "r", "took": 2 * second, "told": told, "failed": failed},
                {"trace": letter, "id": "s", "parent": "r", "told": stage, "failed": failed},
            )
        )
    engine.send(gauge("system.cpu.utilization", 0.5), signal=Signal.METRICS)
    return engine


def test_each_panel_shows_what_happened(telling: Engine) -> None:
    shown = {
        panel["title"]: [row[1:] for row in ask(telling, panel["targets"][0]["rawSql"])]
        for panel in dashboard()["panels"]
    }
    assert shown == {
        "Success rate over time": [(pytest.approx(2 / 3),)],
        "Average duration": [("nightly", 2.0)],
        "Records per hour": [("nightly", 150)],
        "Error rate by stage": [("load", pytest.approx(1 / 3))],
        "Resource utilisation": [("etl system.cpu.utilization", 0.5)],
    }


def test_panels_and_rules_are_answered_when_there_is_nothing(engine: Engine) -> None:
    for sql in statements():
        assert ask(engine, sql) == []


def test_rules_see_their_value(telling: Engine) -> None:
    values = [ask(telling, sql) for sql in [*statements()][-2:]]
    assert values == [[(pytest.approx(2 / 3),)], [(pytest.approx(1 / 3),)]]


def test_what_lineage_knows_of_a_run_counts_more_than_its_spans(telling: Engine) -> None:
    known = PipelineRun(
        id="run a",
        job=Name("etl", "nightly"),
        state="FAILED",
        started_us=BEGIN * 1_000_000,
        ended_us=(BEGIN + 5) * 1_000_000,
        parent_id=None,
        records_read=None,
        records_written=7,
        cpu_seconds=None,
        memory_bytes=None,
        sequence=3,
    )
    telling.runs.keep([known], [], sequence=3)
    told = {"openlineage.run_id": "run a", "openlineage.job.name": "nightly"}
    telling.send(
        spans({"trace": "a", "id": "z", "told": told | {"openlineage.job.namespace": "etl"}})
    )
    ended = [(one.state, one.runs, one.records) for one in telling.runs.ended(HOUR)]
    assert ended == [("COMPLETED", 1, 50), ("FAILED", 2, 57)]
    telling.runs.clear()
    assert telling.runs.position() == 0
