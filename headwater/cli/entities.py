"""`headwater lineage about, tag, describe, own, delete …`: what people say, beside events."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

import typer

from headwater.cli.lineage import node_of
from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table

Members = dict[str, object]

_ENTITY: Final = "/api/v2/entity"
_NAMESPACE: Final = "namespace:"

Node = Annotated[
    str,
    typer.Argument(
        help="A table such as curated.daily_summary, kind:namespace:name, namespace:NS."
    ),
]
Column = Annotated[str | None, typer.Option(help="Only this column of the table.")]
Namespace = Annotated[str, typer.Option(help="Of a name without one.")]
At = Annotated[str | None, typer.Option(help="The time that decides [default: now].")]
Said = Annotated[str | None, typer.Option("--at", help="The time to note [default: now].")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Kind(StrEnum):
    """What can be deleted."""

    NAMESPACE = "namespace"
    JOB = "job"
    DATASET = "dataset"


def about(
    context: typer.Context,
    node: Node,
    *,
    namespace: Namespace = "headwater",
    as_json: AsJson = False,
) -> None:
    """Show descriptions, tags and owners, each with who says so."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get(_ENTITY, node=_node(node, namespace))
    _show(found, as_json=as_json)


def tag(
    context: typer.Context,
    node: Node,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="One or more tags.")],
    *,
    column: Column = None,
    namespace: Namespace = "headwater",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Give a table, a column or a job tags; they stay until somebody takes them back."""
    session: Session = context.obj
    where = _node(node, namespace, column)
    with session.answers() as answers:
        for each in tags:
            found = answers.put(f"{_ENTITY}/tags", node=where, tag=each, at=at)
    _show(found, as_json=as_json)


def untag(
    context: typer.Context,
    node: Node,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="One or more tags.")],
    *,
    column: Column = None,
    namespace: Namespace = "headwater",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Take tags back, also those that events give."""
    session: Session = context.obj
    where = _node(node, namespace, column)
    with session.answers() as answers:
        for each in tags:
            found = answers.delete(f"{_ENTITY}/tags", node=where, tag=each, at=at)
    _show(found, as_json=as_json)


def describe(
    context: typer.Context,
    node: Node,
    text: Annotated[str, typer.Argument(help="The description; an empty one takes yours back.")],
    *,
    column: Column = None,
    namespace: Namespace = "headwater",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Describe it; what a person says counts before what events say."""
    session: Session = context.obj
    path, where = f"{_ENTITY}/description", _node(node, namespace, column)
    with session.answers() as answers:
        if text:
            found = answers.put(path, {"description": text}, node=where, at=at)
        else:
            found = answers.delete(path, node=where, at=at)
    _show(found, as_json=as_json)


def own(
    context: typer.Context,
    node: Node,
    owner: Annotated[str, typer.Argument(help="Who owns it, such as team:finance.")],
    *,
    type_: Annotated[str | None, typer.Option("--type", help="As what: MAINTAINER, …")] = None,
    namespace: Namespace = "headwater",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Name an owner of a table or job, or the one owner of a namespace."""
    session: Session = context.obj
    where = _node(node, namespace)
    with session.answers() as answers:
        found = answers.put(f"{_ENTITY}/owners", node=where, owner=owner, type=type_, at=at)
    _show(found, as_json=as_json)


def disown(
    context: typer.Context,
    node: Node,
    owner: Annotated[str, typer.Argument(help="Who owns it no more.")],
    *,
    namespace: Namespace = "headwater",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody owns it no more, whatever events say."""
    session: Session = context.obj
    where = _node(node, namespace)
    with session.answers() as answers:
        found = answers.delete(f"{_ENTITY}/owners", node=where, owner=owner, at=at)
    _show(found, as_json=as_json)


def delete(
    context: typer.Context,
    node: Node,
    *,
    namespace: Namespace = "headwater",
    at: Said = None,
    as_json: AsJson = False,
) -> None:
    """Hide it until an event names it or somebody brings it back; a namespace with all in it."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.delete(_ENTITY, node=_node(node, namespace), at=at)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['name']} is hidden; headwater lineage undelete brings it back")


def undelete(
    context: typer.Context,
    node: Node,
    *,
    namespace: Namespace = "headwater",
    at: Said = None,
    as_json: AsJson = False,
) -> None:
    """Bring it back; a namespace with all that went with it."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.post(f"{_ENTITY}/undelete", node=_node(node, namespace), at=at)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['name']} is there again")


def erase(
    context: typer.Context,
    node: Node,
    *,
    namespace: Namespace = "headwater",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Blank every event that names it and what people said of it, for good."""
    session: Session = context.obj
    path, where = f"{_ENTITY}/erase", _node(node, namespace)
    with session.answers() as answers:
        if not yes:
            count = answers.post(path, node=where, trial=True)["entries"]
            typer.confirm(f"Blank {_entries(count)} of the log for good?", abort=True, err=True)
        found = answers.post(path, node=where)
    if as_json:
        print_json(found)
        return
    typer.echo(f"{_entries(found['entries'])} of the log blank now")
    if found["mentioned"]:
        typer.echo(
            "other events still mention it in their facets, as a parent or in column lineage"
        )


def deleted(
    context: typer.Context,
    *,
    kind: Annotated[Kind, typer.Option(help="Of which kind.")] = Kind.DATASET,
    after: Annotated[str | None, typer.Option(help="Those after a page, as it said.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what is hidden, and who hid it when."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get("/api/v2/deleted", kind=kind.value, limit=limit, after=after)
    if as_json:
        print_json(found)
    elif not found["deleted"]:
        typer.echo(f"No {kind} is hidden.")
    else:
        rows = [(one["namespace"], one["name"], one["by"], one["at"]) for one in found["deleted"]]
        print_table(("namespace", "name", "by", "at"), rows)
        if found["next"]:
            typer.echo(f"There are more: --limit above {limit}, or --after {found['next']}")


def add_entity_commands(group: typer.Typer) -> None:
    """Add these commands to `headwater lineage`."""
    for command in (about, tag, untag, describe, own, disown, delete, undelete, deleted, erase):
        group.command(command.__name__)(command)


def _node(text: str, namespace: str, column: str | None = None) -> str:
    if text.startswith(_NAMESPACE):
        return text
    return node_of(text, namespace=namespace, column=column)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


def _show(found: Members, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    kind, name = found["kind"], found["name"]
    hidden = ", hidden" if found["deleted"] else ""
    rows = [*_rows("", found), *(row for one in _list(found, "columns") for row in _column(one))]
    if rows:
        names = ("column", "what", "value", "said by", "who", "when")
        print_table(names, rows, title=f"{name} ({kind}{hidden})", whole=("what", "when"))
    else:
        typer.echo(
            f"Nothing is said of {name} ({kind}{hidden}) yet; "
            "headwater lineage tag, describe and own add to it."
        )
    for line in _home(found):
        typer.echo(line)


def _home(found: Members) -> Iterator[str]:
    catalog = found.get("catalog")
    if isinstance(catalog, dict):
        known = (catalog[what] for what in ("name", "type", "framework", "warehouse"))
        yield "catalog    " + ", ".join(str(one) for one in known if one)
    levels = [f"{one['type'] or ''} {one['name']}".strip() for one in _list(found, "hierarchy")]
    if levels:
        yield "hierarchy  " + " > ".join(levels)


def _column(column: Members) -> Iterator[tuple[object, ...]]:
    return _rows(str(column["name"]), column)


def _rows(column: str, said: Members) -> Iterator[tuple[object, ...]]:
    description = said["description"]
    if isinstance(description, dict):
        yield _row(column, "description", description["value"], description)
    for tag_ in _list(said, "tags"):
        yield _row(column, "tag", tag_["tag"], tag_)
    for tag_ in _list(said, "removed_tags"):
        yield _row(column, "no tag", tag_["tag"], tag_)
    for owner in _list(said, "owners"):
        type_ = f" ({owner['type']})" if owner["type"] else ""
        yield _row(column, "owner", f"{owner['owner']}{type_}", owner)
    for owner in _list(said, "removed_owners"):
        yield _row(column, "no owner", owner["owner"], owner)


def _row(column: str, what: str, value: object, saying: Members) -> tuple[object, ...]:
    return (column, what, value, saying["source"], saying["by"], str(saying["at"])[:19])


def _list(owner: Members, name: str) -> list[Members]:
    value = owner.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
