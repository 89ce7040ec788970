"""What each entry point pulls in: start-up stays light, a Lambda gets only what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"pyiceberg", "pyarrow", "duckdb", "sqlglot", "alembic", "google"}


def loaded_by(module: str) -> set[str]:
    """Return the names of all modules that importing one loads, in a fresh interpreter."""
    script = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout))


def packages_of(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def present(module: str) -> bool:
    return (ROOT / Path(*module.split("."))).with_suffix(".py").exists()


def test_import_contracts_hold() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_sdk_needs_only_the_standard_library() -> None:
    loaded = loaded_by("headwater.sdk")
    foreign = packages_of(loaded) - sys.stdlib_module_names - {"headwater", "__main__"}
    assert {name for name in foreign if not name.startswith("_")} == set()
    ours = {name for name in loaded if name.startswith("headwater.")} - {"headwater.version"}
    assert {name for name in ours if not name.startswith("headwater.sdk")} == set()


def test_command_line_starts_without_the_server() -> None:
    loaded = packages_of(loaded_by("headwater.cli.main"))
    assert loaded & (HEAVY | {"fastapi", "uvicorn", "pydantic", "sqlalchemy"}) == set()


def test_server_starts_without_what_its_children_need() -> None:
    assert packages_of(loaded_by("headwater.app.server")) & HEAVY == set()


@pytest.mark.skipif(not present("headwater.app.records"), reason="not composed")
def test_taking_records_needs_no_server_and_no_engine() -> None:
    loaded = loaded_by("headwater.app.records")
    assert packages_of(loaded) & (HEAVY | {"fastapi", "uvicorn", "starlette"}) == set()
    assert {n for n in loaded if n.startswith(("headwater.engine", "headwater.lineage"))} == set()


@pytest.mark.skipif(not present("headwater.app.jobs"), reason="not composed")
def test_running_jobs_needs_no_server_and_no_ingest() -> None:
    loaded = loaded_by("headwater.app.jobs")
    assert packages_of(loaded) & {"fastapi", "uvicorn", "starlette", "httptools"} == set()
    forbidden = ("headwater.api", "headwater.lineage.", "headwater.identity")
    assert {name for name in loaded if name.startswith(forbidden)} == set()
