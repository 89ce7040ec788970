"""The three functions of the README, as they stand, seen through our API and Marquez's."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from tools import examples


def page() -> str:
    text = (examples.ROOT / "README.md").read_text()
    found = re.search(r"^\$ cat pipeline\.py\n(.*?)^\$ ", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_runs_of_the_three_functions_are_seen_and_one_of_them_failed() -> None:
    with examples.place() as here:
        here.serve()
        here.run(examples.Example("cat pipeline.py", page(), 0, 0))

        def run(command: str) -> str:
            return here.run(examples.Example(command, "", 0, 0))

        def get(path: str) -> Any:
            return json.loads(run(f"curl http://127.0.0.1:5000{path}"))

        url = "OPENLINEAGE_URL=http://127.0.0.1:5000"
        assert run(f"{url} {sys.executable} pipeline.py").startswith("load failed")
        runs = {each["job"]["name"]: each for each in get("/api/v2/runs")["runs"]}
        assert {name: each["state"] for name, each in runs.items()} == {
            "extract": "COMPLETED",
            "transform": "COMPLETED",
            "load": "FAILED",
        }
        assert "the warehouse is away" in runs["load"]["error"]["message"]
        job = get("/api/v1/namespaces/default/jobs/load")
        assert job["latestRun"]["state"] == "FAILED"
        assert job["inputs"] == [{"namespace": "shop", "name": "revenue"}]
        assert get("/api/v1/namespaces/default/jobs/extract")["description"] == "Reads orders."
        dataset = get("/api/v1/namespaces/shop/datasets/revenue")
        assert [field["name"] for field in dataset["fields"]] == ["region", "revenue"]
        graph = get("/api/v1/lineage?nodeId=dataset:shop:revenue")["graph"]
        assert {node["id"] for node in graph} >= {
            "job:default:transform",
            "job:default:load",
            "dataset:shop:orders",
        }
