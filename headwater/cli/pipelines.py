"""`headwater pipelines`: what can be run, run it and follow it, stop it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final, TypedDict
from urllib.parse import quote

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table, shown
from headwater.errors import Unprocessable

if TYPE_CHECKING:
    from headwater.cli.answers import Answers

PATH: Final = "/api/v1/pipeline"
POLL_SECONDS: Final = 0.2
_REJECTS_SHOWN: Final = 5

pipelines = typer.Typer(help="Pipelines: rows of stages that go on after a crash.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="A pipeline; `headwater pipelines` lists them.")]
RunId = Annotated[str, typer.Argument(help="A run; `headwater pipelines runs` lists them.")]


class Reject(TypedDict):
    """A record that was left out."""

    reason: str
    record: Mapping[str, object]


class Stage(TypedDict):
    """What a stage of a run did."""

    name: str
    state: str
    attempts: int
    rows_in: int | None
    rows_out: int | None
    rejected: int
    rejects: Sequence[Reject]
    error: str | None


class Run(TypedDict):
    """A run as the server tells it."""

    id: str
    pipeline: str
    state: str
    started_at: str
    ended_at: str | None
    stages: Sequence[Stage]
    records: Mapping[str, int | None]
    schema_changes: Sequence[str]
    error: str | None


@pipelines.callback(invoke_without_command=True)
def list_pipelines(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the pipelines that can be run."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(PATH)["pipelines"]
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("No pipeline is installed; docs/guides/run-pipelines.md says how to make one.")
        return
    print_table(
        ("pipeline", "what it does", "parameters", "stages"),
        (
            (
                one["name"],
                one["description"],
                ", ".join(
                    name if declared["is_required"] else f"[{name}]"
                    for name, declared in one["parameters"].items()
                ),
                " → ".join(stage["name"] for stage in one["stages"]),
            )
            for one in found
        ),
    )
    typer.echo("run one: headwater pipelines run NAME --parameter NAME=VALUE")


@pipelines.command("run")
def run(
    context: typer.Context,
    name: Name,
    *,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="NAME=VALUE; once for each.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="An idempotency key: the same key is the same run.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end, stage by stage.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a run of NAME; without a server, or with --wait, follow it to its end."""
    session: Session = context.obj
    with session.answers() as answers:
        body = {"pipeline": name, "parameters": _parameters(answers, name, parameter or ())}
        headers = {} if key is None else {"Idempotency-Key": key}
        found: Run = json.loads(answers.post_json(f"{PATH}/run", body, headers=headers).body)
        if wait or answers.url is None:
            found = _followed(answers, found, quiet=as_json)
    if as_json:
        print_json(found)
    elif found["ended_at"] is None:
        typer.echo(f"started {found['id']}")
        typer.echo(f"follow it: headwater pipelines show {found['id']}")
    else:
        _print_run(found)
    if found["state"] in ("FAILED", "CANCELLED"):
        raise typer.Exit(Exit.FAILED)


@pipelines.command("show")
def show(context: typer.Context, run_id: RunId, *, as_json: AsJson = False) -> None:
    """Show a run: its stages, what was left out, errors."""
    session: Session = context.obj
    with session.answers() as answers:
        found: Run = answers.get(f"{PATH}/run/{quote(run_id, safe='')}")
    if as_json:
        print_json(found)
    else:
        _print_run(found)


@pipelines.command("runs")
def list_runs(
    context: typer.Context,
    *,
    pipeline: Annotated[str | None, typer.Option(help="Only runs of this pipeline.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    session: Session = context.obj
    with session.answers() as answers:
        found: list[Run] = answers.get(f"{PATH}/run", pipeline=pipeline, limit=limit)["runs"]
    if as_json:
        print_json(found)
        return
    if not found:
        typer.echo("No run yet; start one: headwater pipelines run NAME")
        return
    print_table(
        ("run", "pipeline", "state", "started", "read", "written", "rejected"),
        (
            (
                one["id"],
                one["pipeline"],
                one["state"],
                one["started_at"][:19] + "Z",
                one["records"]["read"],
                one["records"]["written"],
                one["records"]["rejected"],
            )
            for one in found
        ),
        whole=("run", "started"),
    )


@pipelines.command("cancel")
def cancel(context: typer.Context, run_id: RunId, *, as_json: AsJson = False) -> None:
    """Stop a run before its next stage."""
    session: Session = context.obj
    with session.answers() as answers:
        found: Run = answers.post(f"{PATH}/run/{quote(run_id, safe='')}/cancel")
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['id']} is {found['state']}")


def _parameters(answers: Answers, name: str, given: Sequence[str]) -> dict[str, object]:
    """Return what was typed as values of the types that the pipeline declares."""
    declared: Mapping[str, Mapping[str, object]] = {}
    for one in answers.get(PATH)["pipelines"] if given else ():
        if one["name"] == name:
            declared = one["parameters"]
    found: dict[str, object] = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign:
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
        kind = declared.get(key, {}).get("type", "string")
        found[key] = value if kind == "string" else _typed(key, value, str(kind))
    return found


def _typed(name: str, text: str, kind: str) -> object:
    try:
        value: object = json.loads(text.lower() if kind == "boolean" else text)
    except ValueError as error:
        raise Unprocessable(
            f"the parameter {name!r} is {text!r}, not of type {kind}", path=f"/parameters/{name}"
        ) from error
    return value


def _followed(answers: Answers, found: Run, *, quiet: bool) -> Run:
    """Wait until a run is over, telling the stage that it is in."""
    never = threading.Event()
    title = f"Running {found['pipeline']}"
    with progress(title, total=len(found["stages"]), unit="steps", quiet=quiet) as advance:
        while found["ended_at"] is None:
            advance(*_reached(found))
            never.wait(POLL_SECONDS)
            found = answers.get(f"{PATH}/run/{found['id']}")
    return found


def _reached(found: Run) -> tuple[int, str]:
    """Return how many stages of a run are done, and which one is under way."""
    left = [stage["name"] for stage in found["stages"] if stage["state"] != "COMPLETED"]
    return len(found["stages"]) - len(left), f"now {left[0]}" if left else ""


def _print_run(found: Run) -> None:
    ended = found["ended_at"]
    until = "" if ended is None else f" to {ended[:19]}Z"
    print_table(
        ("stage", "state", "attempts", "rows in", "rows out", "rejected"),
        (
            (
                stage["name"],
                stage["state"],
                stage["attempts"],
                stage["rows_in"],
                stage["rows_out"],
                stage["rejected"],
            )
            for stage in found["stages"]
        ),
        title=f"{found['pipeline']} {found['id']} from {found['started_at'][:19]}Z{until}",
    )
    for stage in found["stages"]:
        for one in stage["rejects"][:_REJECTS_SHOWN]:
            record = json.dumps(one["record"], ensure_ascii=False)
            typer.echo(f"{stage['name']} left out: {one['reason']}: {record[:100]}")
        if stage["rejected"] > _REJECTS_SHOWN:
            typer.echo(
                f"{stage['name']} left out {shown(stage['rejected'])}; the first of them: --json"
            )
    for change in found["schema_changes"]:
        typer.echo(f"changed since the last run: {change}")
    if found["error"] is not None:
        typer.echo(found["error"])
    typer.echo(f"{found['state']}; its lineage: headwater runs show {found['id']}")
