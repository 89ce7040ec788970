"""The demo on a terminal: progress while it runs, then what it made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from headwater.cli.demo.story import JOINED, Report
from headwater.cli.lineage_tree import print_lineage
from headwater.cli.progress import progress
from headwater.cli.sql import print_answer
from headwater.cli.tables import print_tables
from headwater.model.json import JsonObject


class Terminal:
    """Shows progress on standard error, or nothing when it is to be quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar."""
        with progress(title, total=total, quiet=self._quiet) as advance:
            yield advance

    @contextmanager
    def busy(self, title: str) -> Iterator[None]:
        """Show a line that lives."""
        with progress(title, total=None, unit="steps", quiet=self._quiet):
            yield


def print_report(report: Report) -> None:
    """Print what a person would want to see."""
    accepted = sum(one["accepted"] for one in report.records)
    rejected = sum(one["rejected"] for one in report.records)
    pace = accepted / max(report.seconds["ingest"], 0.001)
    _heading("The lake")
    typer.echo(
        f"{accepted:,} records went in over HTTP, {rejected:,} were rejected "
        f"({pace:,.0f} a second, each on disk before its answer)."
    )
    print_tables({"tables": report.tables})
    _heading("A file that a pipeline brought in")
    _print_pipeline(report.pipeline)
    _heading("Three questions")
    for one in report.questions:
        print_answer(one, title=one["question"])
        typer.echo("")
    _heading(f"Where {JOINED}.wind_speed comes from")
    print_lineage(report.lineage, ["up"])
    _heading("A run that failed, and why")
    _print_failed_run(report.failed_run)
    _heading("Two schema changes")
    _print_schema_change(report.schema_change)


def print_addresses(report: Report) -> None:
    """Print where to go on."""
    _heading("Go on")
    typer.echo(f"  Web UI              {report.url}/ui/")
    typer.echo(f"  API and its pages   {report.url}/docs")
    typer.echo(f"  OpenLineage events  {report.url}/api/v1/lineage")
    typer.echo(f"  Marquez's API       {report.url}/api/v1/namespaces/headwater/jobs")
    typer.echo(f'  SQL                 headwater --data {report.data} sql "SELECT …"')
    typer.echo(f"  Lineage             headwater --data {report.data} lineage show {JOINED}")


def _print_pipeline(run: JsonObject) -> None:
    stages = " → ".join(stage["name"] for stage in run["stages"])
    typer.echo(f"{run['pipeline']} · run {run['id']} · {run['state']}")
    typer.echo(f"  {stages}: {run['records']['written']:,} records of {run['parameters']['file']}")


def _print_failed_run(failed: JsonObject) -> None:
    run = failed["run"]
    typer.echo(f"{run['job']['name']} · run {run['id']} · {run['state']}")
    error = run.get("error") or {}
    typer.echo(f"  {(error.get('message') or '').splitlines()[0]}")
    print_answer(failed["culprits"], title="The reading in processed.weather")
    typer.echo(
        f"{failed['corrected']} corrected record was posted; it replaced the reading by its key, "
        "and the next run made the table."
    )


def _print_schema_change(change: JsonObject) -> None:
    added = ", ".join(change["added"])
    typer.echo(
        f"{change['source']} version {change['version']} adds {added}: the table grew the column, "
        "and the planes posted again filled it."
    )
    refused = change["refused"]
    typer.echo(f"{refused['source']}: {refused['detail']}")
    typer.echo(f"  downstream: {', '.join(refused['downstream'] or ('nothing',))}")


def _heading(text: str) -> None:
    typer.echo("")
    typer.secho(text, bold=True)
