"""Runs benchmarks: `python -m bench [SUBJECT...] [--json]`.

A subject is a module of this folder with `run() -> list[dict]`. Each result has `name`, `value`
and `unit`, and may have `floor` (must), `aim` (the best would reach) and `peer` (what it was
measured against, in the same run). Whether more or less is better follows from `aim` and `floor`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
RESULTS: Final = FOLDER / "results"


def subjects() -> list[str]:
    """Return the names of all benchmarks."""
    return sorted(
        file.stem
        for file in FOLDER.glob("*.py")
        if not file.stem.startswith("_") and "def run(" in file.read_text(encoding="utf-8")
    )


def machine() -> dict[str, Any]:
    """Return what the figures depend on, with the cost of an fsync here."""
    return {
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "fsync_milliseconds": round(_fsync_milliseconds(), 3),
    }


def _fsync_milliseconds(rounds: int = 200) -> float:
    with tempfile.TemporaryFile() as file:
        started = time.perf_counter()
        for _ in range(rounds):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) / rounds * 1000


def landed(result: dict[str, Any]) -> str:
    """Say where a result landed: at the aim, at the floor, or below it."""
    value, floor, aim = result["value"], result.get("floor"), result.get("aim")
    if floor is None and aim is None:
        return ""
    more_is_better = aim is None or floor is None or aim >= floor

    def reaches(mark: float | None) -> bool:
        return mark is not None and (value >= mark if more_is_better else value <= mark)

    return "aim" if reaches(aim) else "floor" if reaches(floor) else "missed"


def print_results(results: list[dict[str, Any]]) -> None:
    """Print one line for each result."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("subject", "figure"):
        table.add_column(column)
    for column in ("value", "floor", "aim"):
        table.add_column(column, justify="right")
    for column in ("unit", "landed", "beside"):
        table.add_column(column)
    for one in results:
        table.add_row(
            one["subject"],
            one["name"],
            *(_shown(one.get(key)) for key in ("value", "floor", "aim")),
            one["unit"],
            landed(one),
            str(one.get("peer", "")),
        )
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"


def main() -> int:
    """Run the named benchmarks, or all; fail if one could not run, never for a figure."""
    known = subjects()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure side by side.")
    parser.add_argument("subject", nargs="*", help=f"any of: {', '.join(known)}")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    asked = parser.parse_args()
    if unknown := set(asked.subject) - set(known):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    report: dict[str, Any] = {"machine": machine(), "results": [], "failures": {}}
    for subject in asked.subject or known:
        print(f"measuring {subject} ...", file=sys.stderr, flush=True)
        try:
            found = importlib.import_module(f"bench.{subject}").run()
        except Exception as error:  # noqa: BLE001  # one that fails must not hide the others
            report["failures"][subject] = f"{type(error).__name__}: {error}"
            continue
        report["results"] += [{"subject": subject, **one} for one in found]
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(report, indent=2, default=str)
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ.json")
    (RESULTS / name).write_text(text + "\n", encoding="utf-8")
    if asked.json:
        print(text)
    else:
        print("  ".join(f"{key} {value}" for key, value in report["machine"].items()))
        print_results(report["results"])
        for subject, why in report["failures"].items():
            print(f"{subject} could not run: {why}", file=sys.stderr)
    return 1 if report["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
