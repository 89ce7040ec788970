"""`headwater runs`: what ran, and why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table

runs = typer.Typer(help="What ran, and why it failed.", invoke_without_command=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OfNamespace = Annotated[str | None, typer.Option(help="The namespace of the job.")]


@runs.callback()
def default(context: typer.Context) -> None:
    """List runs when no other command is named."""
    if context.invoked_subcommand is None:
        list_runs(context)


@runs.command("list")
def list_runs(
    context: typer.Context,
    *,
    job: Annotated[str | None, typer.Option(help="Only runs of this job.")] = None,
    namespace: OfNamespace = None,
    state: Annotated[str | None, typer.Option(help="Such as FAILED or RUNNING.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(
            "/api/v2/runs",
            job=job,
            namespace=namespace,
            state=None if state is None else state.upper(),
            limit=limit,
        )
    if as_json:
        print_json(found)
        return
    print_runs(found["runs"])


@runs.command("show")
def show_run(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    *,
    job: Annotated[
        str | None, typer.Option(help="The job, where several share the run's id.")
    ] = None,
    namespace: OfNamespace = None,
    as_json: AsJson = False,
) -> None:
    """Show one run with its error, inputs, outputs and children."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(f"/api/v2/runs/{run_id}", job=job, namespace=namespace)
    if as_json:
        print_json(found)
        return
    print_run(found)


def print_runs(found: list[Mapping[str, Any]]) -> None:
    """Print runs as a table."""
    print_table(
        ("run", "job", "state", "started", "seconds", "error"),
        (
            (
                run["id"],
                run["job"]["name"],
                run["state"].lower(),
                (run["started_at"] or "")[:19],
                None if run["duration_ms"] is None else run["duration_ms"] / 1000,
                _first_line(run),
            )
            for run in found
        ),
    )


def print_run(run: Mapping[str, Any]) -> None:
    """Print one run, its error first."""
    typer.echo(f"{run['job']['namespace']} {run['job']['name']}  {run['id']}")
    own = "" if run["own_state"] == run["state"] else f" (its own: {run['own_state'].lower()})"
    typer.echo(f"state     {run['state'].lower()}{own}")
    typer.echo(f"time      {run['started_at'] or '?'} .. {run['ended_at'] or '?'}")
    if run["parent"]:
        typer.echo(f"parent    {run['parent']['job']['name']}  {run['parent']['id']}")
    if run["error"]:
        typer.echo(f"error     {run['error']['message']}")
        for line in (run["error"]["stack_trace"] or "").splitlines():
            typer.echo(f"          {line}")
    for side in ("inputs", "outputs"):
        for dataset in run[side]:
            typer.echo(f"{side[:-1]:<9} {dataset['namespace']} {dataset['name']}")
    if run["children"]:
        typer.echo("children")
        print_runs(run["children"])


def _first_line(run: Mapping[str, Any]) -> str | None:
    if not run["error"]:
        return None
    message: str = run["error"]["message"]
    return message.splitlines()[0][:80] if message else None
