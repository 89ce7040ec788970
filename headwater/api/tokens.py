"""Tokens: GET, POST and DELETE /api/v2/tokens, for administrators."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from headwater.api.access import Administrator
from headwater.control.contract import Token
from headwater.errors import Unprocessable
from headwater.identity.access import Role, TokenAccess
from headwater.model.json import JsonObject


class NewToken(BaseModel):
    """What an administrator says about a token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Who will use it; every log line of theirs carries this name.")
    role: Role = Field(description="What it may do; each role may do what the one before it may.")
    expires_at: AwareDatetime | None = Field(
        None, description="From when on it is refused; without it, never."
    )


def tokens_router(access: TokenAccess) -> APIRouter:
    """Return the routes of tokens."""
    router = APIRouter(prefix="/api/v2", tags=["tokens"])

    @router.get("/tokens")
    def list_tokens(_: Administrator) -> JsonObject:
        """List every token, the revoked ones too, without their secrets."""
        return {"tokens": [_described(token) for token in access.find()]}

    @router.post("/tokens", status_code=201)
    def create_token(principal: Administrator, new: NewToken) -> JsonObject:
        """Make a token; its `secret` is in this answer and never again."""
        if new.role is not Role.ADMIN and not access.has_tokens():
            raise Unprocessable(
                "the first token has to be an admin's, or nobody could make another",
                path="/role",
                hint="headwater token create NAME --role admin",
            )
        token, secret = access.create(new.name, new.role, expires_at=new.expires_at, by=principal)
        return {**_described(token), "secret": secret}

    @router.delete("/tokens")
    def revoke_token(principal: Administrator, id: str) -> JsonObject:
        """Revoke a token; the next request that carries it is refused."""
        return _described(access.revoke(id, by=principal))

    return router


def _described(token: Token) -> JsonObject:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "created_at": token.created_at,
        "created_by": token.created_by,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_on": token.last_used_on,
    }
