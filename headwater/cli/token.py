"""`headwater token`: make, list and revoke tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer

from headwater.cli.session import Session, print_json
from headwater.cli.table import print_table
from headwater.model.json import JsonObject

token = typer.Typer(
    name="token",
    help="Make, list and revoke the tokens of the API.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


class RoleName(StrEnum):
    """The roles of a token; each may do what the one before it may."""

    READER = "reader"
    WRITER = "writer"
    RUNNER = "runner"
    ADMIN = "admin"


@token.command("create")
def create_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who will use it, for instance ci.")],
    *,
    role: Annotated[RoleName, typer.Option(help="What it may do.")],
    days: Annotated[
        int | None, typer.Option(min=1, help="Refuse it after so many days [default: never].")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token and print its secret, once."""
    session: Session = context.obj
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    body = {
        "name": name,
        "role": role.value,
        "expires_at": None if until is None else until.isoformat(),
    }
    with session.answers() as answers:
        made = answers.post("/api/v2/tokens", body)
    if as_json:
        print_json(made)
        return
    typer.echo(made["secret"])
    typer.echo(
        f"That is the secret of {made['name']} ({made['role']}, id {made['id']}); "
        "nothing can show it again.\nCommands read it from HEADWATER_TOKEN.",
        err=True,
    )


@token.command("list")
def list_tokens(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List every token, the revoked ones too."""
    session: Session = context.obj
    with session.answers() as answers:
        found = answers.get("/api/v2/tokens")
    if as_json:
        print_json(found)
        return
    if not found["tokens"]:
        typer.echo("There is no token; everyone on this machine may do everything.")
        return
    print_table(
        ("id", "name", "role", "created", "last used", "state"),
        [
            (
                one["id"],
                one["name"],
                one["role"],
                one["created_at"][:10],
                one["last_used_on"] or "never",
                _state(one),
            )
            for one in found["tokens"]
        ],
    )


@token.command("revoke")
def revoke_token(
    context: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As headwater token list says.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Revoke a token; the next request that carries it is refused."""
    session: Session = context.obj
    with session.answers() as answers:
        revoked = answers.delete("/api/v2/tokens", id=token_id)
    if as_json:
        print_json(revoked)
    else:
        typer.echo(f"{revoked['name']} is revoked since {revoked['revoked_at']}")


def _state(one: JsonObject) -> str:
    if one["revoked_at"]:
        return f"revoked {one['revoked_at'][:10]}"
    if one["expires_at"] is None:
        return "valid"
    until = datetime.fromisoformat(one["expires_at"])
    said = "valid until" if until > datetime.now(UTC) else "expired"
    return f"{said} {one['expires_at'][:10]}"
