"""The `headwater` command: every command is a door of the API, for people."""

from __future__ import annotations

import errno
import inspect
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from headwater.cli.dead_letters import dead_letters
from headwater.cli.demo.command import demo
from headwater.cli.difference import difference
from headwater.cli.doctor import doctor
from headwater.cli.entities import add_entity_commands
from headwater.cli.events.command import events
from headwater.cli.impact import impact
from headwater.cli.ingest import ingest
from headwater.cli.lineage import lineage
from headwater.cli.pipelines import pipelines
from headwater.cli.quarantine import quarantine
from headwater.cli.rebuild import rebuild
from headwater.cli.run import jobs, run
from headwater.cli.run_comparison import compare
from headwater.cli.runs import runs
from headwater.cli.schema_history import history
from headwater.cli.schemas import schemas
from headwater.cli.search import search
from headwater.cli.session import Exit, Session, exit_code_of, print_error
from headwater.cli.sql import sql
from headwater.cli.tables import tables
from headwater.cli.token import token
from headwater.cli.traces import traces
from headwater.cli.up import up
from headwater.errors import HeadwaterError, StorageFull, Unsupported
from headwater.version import __version__

_HELP_COLUMNS: Final = 120

app = typer.Typer(
    name="headwater",
    help="A data lake that knows where its data came from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": _HELP_COLUMNS},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"headwater {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    url: Annotated[
        str | None,
        typer.Option(help="The server to speak to [default: whoever owns the data directory]."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The data directory [default: that of HEADWATER_DATA or of this user]."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Choose the platform that the command speaks to."""
    context.obj = Session(url=url, data=data)


app.command()(up)
app.command()(demo)
app.command()(ingest)
app.command()(sql)
app.command()(tables)
app.command()(run)
app.command()(jobs)
runs.command("compare")(compare)
app.add_typer(runs, name="runs")
lineage.command("diff")(difference)
lineage.command("impact")(impact)
lineage.command("history")(history)
add_entity_commands(lineage)
app.add_typer(lineage, name="lineage")
app.add_typer(pipelines, name="pipelines")
app.add_typer(traces, name="traces")
app.add_typer(events, name="events")
app.add_typer(dead_letters, name="dead-letters")
app.command()(search)
app.add_typer(schemas, name="schemas")
app.add_typer(quarantine, name="quarantine")
app.add_typer(token, name="token")
app.command()(rebuild)
app.command()(doctor)


def _summarise(commands: typer.Typer) -> None:
    """Let a list of commands wrap what each does, which it else cuts at the terminal's edge."""
    for command in commands.registered_commands:
        told = inspect.getdoc(command.callback) or ""
        command.short_help = " ".join(told.partition("\n\n")[0].split())
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            _summarise(group.typer_instance)


_summarise(app)


def main() -> None:
    """Run the command line and end with a code that means something."""
    try:
        app(args=_with_shared_options_first(sys.argv[1:]))
    except HeadwaterError as error:
        print_error(error)
        sys.exit(exit_code_of(error))
    except ModuleNotFoundError as error:
        missing = Unsupported(
            f"this command needs the module {error.name!r}",
            hint="pip install 'headwater[server]'",
        )
        print_error(missing)
        sys.exit(exit_code_of(missing))
    except BrokenPipeError:
        sys.exit(Exit.OK)  # whoever read our output, such as `head`, has seen enough
    except OSError as error:
        if error.filename is None:
            raise
        refused = _refused_by_the_system(error)
        print_error(refused)
        sys.exit(exit_code_of(refused))


def _refused_by_the_system(error: OSError) -> HeadwaterError:
    """Return the error of a file or folder that cannot be read, written or made."""
    said = f"{error.filename}: {(error.strerror or str(error)).lower()}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(said, hint="make room on that disk, or name another place")
    hints = {
        errno.ENOENT: "make the folder first, or name another place",
        errno.EACCES: "name a place that you may read and write",
        errno.EPERM: "name a place that you may read and write",
        errno.EROFS: "the disk can only be read: name another place",
    }
    return HeadwaterError(said, hint=hints.get(error.errno or 0))


def _with_shared_options_first(arguments: list[str]) -> list[str]:
    """Let `--url` and `--data` stand behind the command too, where people type them."""
    shared: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest.extend([argument, *waiting])
        elif argument in ("--url", "--data"):
            shared.extend([argument, *(value for value in [next(waiting, None)] if value)])
        elif argument.startswith(("--url=", "--data=")):
            shared.append(argument)
        else:
            rest.append(argument)
    return shared + rest
