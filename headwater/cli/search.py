"""`headwater search`: jobs and datasets by words."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.lineage_tree import Graph as Answer
from headwater.cli.session import Session, print_json

if TYPE_CHECKING:
    from rich.text import Text


class Kind(StrEnum):
    """What may be searched for alone."""

    DATASET = "dataset"
    JOB = "job"


def search(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(help='Words, each a prefix; "whole" in quotes.')
    ] = None,
    *,
    kind: Annotated[Kind | None, typer.Option(help="Only these.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Only in this namespace.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this owner.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many hits.")] = 20,
    after: Annotated[str | None, typer.Option(help="`next` of the JSON before.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find tables and jobs by name, column, tag, owner, description or SQL, best first."""
    session: Session = context.obj
    query = " ".join(words or ())
    with session.answers() as answers:
        found: Answer = answers.get(
            "/api/v2/search",
            q=query,
            kind=None if kind is None else kind.value,
            namespace=namespace,
            tag=tag,
            owner=owner,
            limit=limit,
            after=after,
        )
    if as_json:
        print_json(found)
    else:
        _print(found, query)


def _print(found: Answer, query: str) -> None:
    from rich.console import Console
    from rich.text import Text

    if not found["hits"]:
        typer.echo(f"nothing has all of {query!r}; try fewer or shorter words")
    console = Console()
    for hit in found["hits"]:
        line = Text(f"{hit['kind']:<8}")
        names = [one for one in hit["matches"] if one["field"] == "name"]
        line.append_text(_marked(names[0]) if names else Text(hit["name"]))
        line.append(f"  {hit['namespace']}", style="dim")
        console.print(line, soft_wrap=True)
        for match in _others(hit["matches"]):
            console.print(
                Text(f"        {match['field']}: ", style="dim") + _marked(match), soft_wrap=True
            )
    if found["partial"]:
        typer.echo(f"partial: {found['reason']}")
    elif found["next"]:
        typer.echo("there are more; ask with a larger --limit, or add a word")


def _others(matches: Sequence[Answer]) -> list[Answer]:
    """Leave the name out, and show columns, tags and owners of a hit on a line each."""
    return [match for match in matches if match["field"] != "name"]


def _marked(match: Answer) -> Text:
    from rich.text import Text

    text = Text(match["text"].replace("\n", " "))
    for start, end in match["spans"]:
        text.stylize("bold", start, end)
    return text
