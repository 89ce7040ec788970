"""The one hook that every route passes: who is this, and may they?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Annotated, Final, Protocol
from weakref import WeakKeyDictionary

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from headwater.api.credentials import credentials_of
from headwater.errors import Unprocessable
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


_STRICT: Final = "/api/v2/"
"""Under it a parameter that no route knows is an error; clients of other surfaces send any."""


_PARAMETERS: Final[WeakKeyDictionary[Callable[..., object], frozenset[str]]] = WeakKeyDictionary()
"""What `parameters_of` found, by the function of the route: routes themselves have no hash."""


class Guard:
    """A route's dependency: lets the request in, or answers 401, 403, or 422.

    422 is for a query parameter that the route does not have: a misspelt filter that is passed
    over would answer another question.
    """

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Principal:
        access: Access = request.app.state.access
        said = credentials_of(request.headers.get("authorization"), request.headers.get("cookie"))
        principal = admit_caller(access, said, self.action, request.url.path)
        route = request.scope.get("route")
        if isinstance(route, APIRoute) and request.url.path.startswith(_STRICT):
            _refuse_unknown(request.query_params.keys(), parameters_of(route))
        return principal


def parameters_of(route: APIRoute) -> frozenset[str]:
    """Return the names of the query parameters of a route."""
    known = _PARAMETERS.get(route.endpoint)
    if known is None:
        known = _PARAMETERS[route.endpoint] = frozenset(_parameters(route.dependant))
    return known


def _parameters(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (member.alias or name for name, member in model.model_fields.items())
        else:
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _refuse_unknown(given: Iterable[str], known: frozenset[str]) -> None:
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        likely = get_close_matches(unknown, known, n=1) or sorted(known)
        raise Unprocessable(
            f"there is no query parameter {unknown!r} here",
            path=f"/{unknown}",
            hint=f"there is {', '.join(likely)}" if likely else "leave it out",
        )


Reader = Annotated[Principal, Depends(Guard(Action.READ))]
Writer = Annotated[Principal, Depends(Guard(Action.WRITE))]
Runner = Annotated[Principal, Depends(Guard(Action.RUN))]
Administrator = Annotated[Principal, Depends(Guard(Action.ADMIN))]
