"""The one hook that every route passes: who is this, and may they?"""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import Depends, Request

from headwater.model.principal import Action, Principal
from headwater.observe import CONTEXT


class Access(Protocol):
    """What the API needs of `identity`; see `identity.access` for the implementation."""

    def identify(self, authorization: str | None) -> Principal:
        """Return who the Authorization header names; raises `Unauthenticated`."""
        ...

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        """Return if the principal may do this; raises `Denied`."""
        ...


def admit_caller(
    access: Access, authorization: str | None, action: Action, resource: str
) -> Principal:
    """Identify and authorize one request, and note the principal in the log context."""
    principal = access.identify(authorization)
    context = CONTEXT.get()
    if context is not None:
        context.principal = principal.name
    access.authorize(principal, action, resource)
    return principal


class Guard:
    """A route's dependency: lets the request in, or answers 401 or 403."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Principal:
        access: Access = request.app.state.access
        header = request.headers.get("authorization")
        return admit_caller(access, header, self.action, request.url.path)


Reader = Annotated[Principal, Depends(Guard(Action.READ))]
Writer = Annotated[Principal, Depends(Guard(Action.WRITE))]
Runner = Annotated[Principal, Depends(Guard(Action.RUN))]
Administrator = Annotated[Principal, Depends(Guard(Action.ADMIN))]
