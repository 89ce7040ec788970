"""What is shipped for Grafana, Prometheus and Alertmanager fits together, and fits the tables."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from headwater import observe
from headwater.metrics import Metric

DEPLOY = Path(__file__).parents[2] / "deploy"
GRAFANA = DEPLOY / "grafana"
PROMETHEUS = DEPLOY / "prometheus"
TELEMETRY = Path(__file__).parents[2] / "headwater" / "telemetry"
MACROS = {
    r"\$__timeInterval\((\w+)\)": r"toStartOfInterval(toDateTime(\1), INTERVAL 60 second)",
    r"\$__timeFilter\((\w+)\)": r"\1 >= toDateTime(0) AND \1 <= toDateTime(1)",
}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def dashboard() -> Any:
    return json.loads((GRAFANA / "dashboards" / "headwater-pipelines.json").read_text())


def rules() -> Iterator[Any]:
    for group in load(GRAFANA / "provisioning" / "alerting" / "headwater.yaml")["groups"]:
        yield from group["rules"]


def statements() -> Iterator[str]:
    for panel in dashboard()["panels"]:
        yield from (target["rawSql"] for target in panel["targets"])
    for rule in rules():
        for node in rule["data"]:
            if "rawSql" in node["model"]:
                yield node["model"]["rawSql"].replace("$$", "$")


def sources() -> set[str]:
    found = load(GRAFANA / "provisioning" / "datasources" / "headwater.yaml")["datasources"]
    return {one["uid"] for one in found}


def columns(engine: str = "clickhouse") -> dict[str, set[str]]:
    text = (TELEMETRY / engine / "tables.sql").read_text()
    return {
        one.this.this.name: {column.name for column in one.find_all(exp.ColumnDef)}
        for one in sqlglot.parse(text, dialect=engine)
        if isinstance(one, exp.Create) and one.kind == "TABLE"
    }


def test_tables_of_both_engines_have_the_same_columns() -> None:
    of_duckdb, of_clickhouse = columns("duckdb"), columns("clickhouse")
    assert len(of_clickhouse) == 12
    for table, names in of_clickhouse.items():
        # The exporter's count of dropped attributes says nothing that is shown here.
        assert names - {"ScopeDroppedAttrCount"} == of_duckdb[table], table


def test_five_panels_are_there_and_none_lies_on_another() -> None:
    panels = dashboard()["panels"]
    assert len(panels) == 5
    assert len({panel["id"] for panel in panels}) == 5
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_panels_and_rules_name_data_sources_that_are_provisioned() -> None:
    for panel in dashboard()["panels"]:
        for one in (panel, *panel["targets"]):
            assert one["datasource"]["uid"] in sources()
    for rule in rules():
        references = {node["refId"] for node in rule["data"]}
        assert rule["condition"] in references
        for node in rule["data"]:
            assert node["datasourceUid"] in sources() | {"__expr__"}
            assert node["model"].get("expression", rule["condition"]) in references


@pytest.mark.parametrize("sql", [*statements()])
def test_statements_ask_tables_and_columns_of_the_exporter(sql: str) -> None:
    for macro, meaning in MACROS.items():
        sql = re.sub(macro, meaning, sql)
    assert "$" not in sql
    parsed = sqlglot.parse_one(sql, dialect="clickhouse")
    tables = [table.name for table in parsed.find_all(exp.Table)]
    assert tables
    known = set().union(*(columns()[name] for name in tables))
    named = {alias.alias for alias in parsed.find_all(exp.Alias)}
    asked = {column.name for column in parsed.find_all(exp.Column)}
    assert asked <= known | named


def test_prometheus_rules_name_metrics_that_the_server_has() -> None:
    text = (PROMETHEUS / "headwater.rules.yml").read_text()
    metrics = {
        f"{one.name}_total" if one.kind == "counter" else one.name
        for one in vars(observe).values()
        if isinstance(one, Metric)
    }
    named = set(re.findall(r"\bheadwater_\w+", text))
    assert named
    assert named <= metrics


@pytest.mark.parametrize(
    "command",
    [
        "promtool check rules headwater.rules.yml",
        "promtool check config prometheus.yml",
        "promtool test rules headwater.rules.test.yml",
        "amtool check-config alertmanager.yml",
    ],
)
def test_tools_of_prometheus_accept_the_files(command: str) -> None:
    program, *arguments = command.split()
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not here: apt-get install prometheus prometheus-alertmanager")
    done = subprocess.run(
        [found, *arguments], cwd=PROMETHEUS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
