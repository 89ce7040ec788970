"""What the SDK has is described, what is described is there, and what pages show runs."""

from __future__ import annotations

import inspect
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import headwater.sdk
from headwater.sdk import JobRun, capture_events, naming, openlineage_job

from .event_server import Server

ROOT = Path(__file__).parent.parent.parent
REFERENCE = (ROOT / "docs" / "reference" / "sdk.md").read_text()
SOURCES = "\n".join(path.read_text() for path in sorted((ROOT / "headwater" / "sdk").glob("*.py")))
VARIABLE = re.compile(r"\b(?:OPENLINEAGE|HEADWATER)_[A-Z_]*[A-Z]\b|\bTRACEPARENT\b")


ELSEWHERE = set(vars(headwater.sdk)["_PLACES"].get("pipeline", ()))  # a page of their own


@pytest.mark.parametrize("name", [name for name in headwater.sdk.__all__ if name not in ELSEWHERE])
def test_every_public_name_is_described(name: str) -> None:
    pages = [REFERENCE, *(page.read_text() for page in (ROOT / "docs" / "guides").glob("*.md"))]
    assert any(re.search(rf"\b{name}\b", page) for page in pages), f"no page describes {name}"


def test_every_parameter_of_the_decorator_is_described() -> None:
    for name in inspect.signature(openlineage_job).parameters:
        assert f"`{name}`" in REFERENCE, name


def test_every_method_of_a_run_is_described() -> None:
    inner = {"start", "heartbeat", "inherit", "describe", "declare", "trouble", "after_fork"}
    inner |= {"as_parent", "has", "records", "facet", "facet_of_children"}
    for name in vars(JobRun):
        if not name.startswith("_") and name not in inner and callable(getattr(JobRun, name)):
            assert f"{name}(" in REFERENCE, name


def test_every_naming_function_is_described() -> None:
    for name, each in vars(naming).items():
        if (
            inspect.isfunction(each)
            and not name.startswith("_")
            and each.__module__ == naming.__name__
        ):
            assert f"`{name}" in REFERENCE, name


def test_every_variable_that_is_read_is_described_and_the_other_way_round() -> None:
    read = {name for name in VARIABLE.findall(SOURCES) if "__" not in name}
    said = {name for name in VARIABLE.findall(REFERENCE) if "__" not in name}
    assert read - {"OPENLINEAGE_LINEAGE"} <= said | {"OPENLINEAGE_PARENT"}
    assert said <= read


def blocks(page: str) -> str:
    text = (ROOT / page).read_text()
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", ["docs/guides/pipelines.md", "docs/reference/sdk.md"])
def test_python_of_a_page_runs(page: str) -> None:
    code = blocks(page)
    assert code
    with capture_events():
        exec(compile(code, page, "exec"), {"__name__": "page"})


def test_three_functions_of_the_guide_are_the_example() -> None:
    page = (ROOT / "docs" / "guides" / "pipelines.md").read_text()
    example = (ROOT / "examples" / "pipeline.py").read_text()
    assert example.split("\n\n", 1)[1].strip() in page


EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_as_it_stands(
    example: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", server.url)
    done = subprocess.run(
        [sys.executable, str(example)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    events = server.events()
    begun = [event for event in events if event["eventType"] == "START"]
    ended = [event for event in events if event["eventType"] in ("COMPLETE", "FAIL")]
    assert len(begun) == len(ended) >= 3
    assert {e["run"]["runId"] for e in begun} == {e["run"]["runId"] for e in ended}


def test_examples_can_be_captured_in_a_test() -> None:
    with capture_events() as events:
        runpy.run_path(str(ROOT / "examples" / "pipeline.py"), run_name="__main__")
    assert events.jobs() == ["extract", "transform", "load"]
    assert events.types("load") == ["START", "FAIL"]
    output = events.of("transform")[-1]["outputs"][0]
    assert [field["name"] for field in output["facets"]["schema"]["fields"]] == [
        "region",
        "revenue",
    ]
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == 2
