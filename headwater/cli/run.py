"""`headwater run` and `headwater jobs`: run a job, wait for it, and see what it did."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table

POLL_SECONDS: Final = 0.2

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="A job; `headwater jobs` lists them.")] = "refresh",
    *,
    as_json: AsJson = False,
) -> None:
    """Run JOB on everything acknowledged so far, and wait for its end."""
    session: Session = context.obj
    with (
        session.answers() as answers,
        progress(f"Running {job}", total=None, unit="steps", quiet=as_json) as advance,
    ):
        path = f"/api/v2/jobs/{quote(job, safe='')}/runs"
        run_id = answers.post(path)["run_id"]
        found = answers.get(f"{path}/{run_id}")
        never = threading.Event()
        while found["ended_at"] is None:
            advance(len(found["tables"]), _latest(found))
            never.wait(POLL_SECONDS)
            found = answers.get(f"{path}/{run_id}")
    if as_json:
        print_json(found)
    else:
        _print_run(found)
    if found["error"] is not None:
        raise typer.Exit(Exit.FAILED)


def jobs(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the jobs that the lake ships, each with its latest run."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get("/api/v2/jobs")
    if as_json:
        print_json(found)
        return
    print_table(
        ("job", "what it does", "latest run"),
        (
            (job["name"], job["description"], (job["latest_run"] or {}).get("state"))
            for job in found
        ),
    )


def _latest(found: Mapping[str, Any]) -> str:
    """Say what a run that is under way did last."""
    if found["tables"]:
        table = found["tables"][-1]
        return f"{table['table']} {'failed' if table['error'] else 'is done'}"
    return "waiting for another run" if found["state"] == "queued" else ""


def _print_run(found: Mapping[str, Any]) -> None:
    if found["tables"]:
        print_table(
            ("table", "rows read", "rows written", "quarantined", "error"),
            (
                (
                    table["table"],
                    table["rows_in"],
                    table["rows_out"],
                    table["rows_quarantined"],
                    table["error"] and "see below",
                )
                for table in found["tables"]
            ),
        )
    elif found["error"] is None:
        typer.echo("Nothing new: every table is at its inputs.")
    failures = [
        f"{table['table']}: {table['error']}" for table in found["tables"] if table["error"]
    ]
    if found["error"] is not None and not failures:
        failures = [found["error"]]
    for failure in failures:
        typer.echo(f"headwater: {failure.splitlines()[0]}", err=True)
    typer.echo(f"run {found['run_id']} of {found['job']}: {found['state']}")
