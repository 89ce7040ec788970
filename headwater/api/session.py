"""Who a browser is: GET, POST and DELETE /api/v2/session."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from headwater.api.access import Access, Reader
from headwater.api.credentials import COOKIE
from headwater.api.shapes import answers
from headwater.api.shapes.session import Session
from headwater.model.principal import Action, Principal
from headwater.version import __version__

_YEAR_SECONDS: Final = 365 * 24 * 3600


class SignIn(BaseModel):
    """A token that a person pasted."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=512)


def session_router(access: Access) -> APIRouter:
    """Return the routes by which a browser signs in, since it can send no header by itself."""
    router = APIRouter(prefix="/api/v2/session", tags=["session"])

    @router.get("")
    def get_session(principal: Reader) -> Session:
        """Return who is asking and what they may do."""
        return _session(principal)

    @router.post("", responses=answers(Session))
    def sign_in(given: SignIn, request: Request) -> Response:
        """Keep a token in a cookie that scripts cannot read; 401 if it is none."""
        principal = access.identify(f"Bearer {given.token}")
        access.authorize(principal, Action.READ, request.url.path)
        answer = JSONResponse(_session(principal))
        answer.set_cookie(
            COOKIE,
            given.token,
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.delete("", status_code=204)
    def sign_out() -> Response:
        """Forget the token of this browser."""
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    return router


def _session(principal: Principal) -> Session:
    return {
        "principal": principal.name,
        "actions": sorted(action.value for action in principal.actions),
        "version": __version__,
    }
