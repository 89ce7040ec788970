"""The HTTP application: FastAPI for what is cold, the dispatcher in front for what is hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from headwater.api.access import Access
from headwater.api.dispatch import MOST_BYTES, Front, HotRoute
from headwater.api.docs import docs_router
from headwater.api.origins import NO_ORIGINS, Origins
from headwater.api.problems import MEDIA_TYPE, headers_of, problem_of, status_of
from headwater.errors import HeadwaterError, Malformed, Missing, Unprocessable
from headwater.model.json import JsonObject
from headwater.version import __version__

_UNDECLARED: Final = Unprocessable(
    "the body is not declared to be JSON", hint="send the header Content-Type: application/json"
)

_SHOWN_CHARACTERS: Final = 60
_OURS_BESIDE_MARQUEZ: Final = ("/api/v1/pipeline", "/api/v1/metrics", "/api/v1/webhook")
"""What stands under Marquez's prefix and is ours: its errors are problem+json."""


def create_application(
    *,
    access: Access,
    routers: Sequence[APIRouter],
    hot: Sequence[HotRoute],
    origins: Origins = NO_ORIGINS,
    most_bytes: int = MOST_BYTES,
) -> Front:
    """Build the application out of its surfaces; nothing is opened or started here."""
    application = FastAPI(
        title="Headwater",
        version=__version__,
        description="A data lake that knows where its data came from.",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    application.state.access = access
    for router in (*routers, docs_router(lambda: _document(application, hot))):
        application.include_router(router)
    application.add_exception_handler(HeadwaterError, _on_error)
    application.add_exception_handler(RequestValidationError, _on_validation)
    application.add_exception_handler(HTTPException, _on_http)
    application.add_exception_handler(Exception, _on_failure)
    application.state.front = front = Front(
        application, access=access, routes=hot, origins=origins, most_bytes=most_bytes
    )
    return front


def _document(application: FastAPI, hot: Sequence[HotRoute]) -> JsonObject:
    """Return the OpenAPI document, the hot routes included, which FastAPI does not know."""
    document = application.openapi()
    for route in hot:
        if route.is_alias:
            continue
        path = f"{route.path}/{{rest}}" if route.has_rest else route.path
        operation: JsonObject = {
            "tags": ["senders"],
            "description": route.handle.__doc__ or "",
            "requestBody": {"content": {"application/json": {}}, "required": True},
            "responses": {"default": {"description": "As its guide says."}},
        }
        if route.has_rest:
            rest = {"name": "rest", "in": "path", "required": True, "schema": {"type": "string"}}
            operation["parameters"] = [rest]
        document["paths"].setdefault(path, {})[route.method.lower()] = operation
    return document


def _answer(request: Request, error: HeadwaterError) -> Response:
    status = status_of(error)
    path = request.url.path
    if _is_of_marquez(path):
        body: JsonObject = {"code": status, "message": error.message}
        return JSONResponse(body, status, headers_of(error))
    return JSONResponse(problem_of(error), status, headers_of(error), MEDIA_TYPE)


def _is_of_marquez(path: str) -> bool:
    return path.startswith("/api/v1/") and not path.startswith(_OURS_BESIDE_MARQUEZ)


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HeadwaterError)
    return _answer(request, error)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where, *rest = first["loc"]
    path = "/" + "/".join(str(part) for part in rest)
    if first["type"] == "json_invalid":
        return _answer(request, Malformed(f"the body is not JSON: {first['ctx']['error']}"))
    if where == "body" and isinstance(error.body, bytes):
        return _answer(request, _UNDECLARED)
    said, value = first["msg"], first["input"]
    if where in ("query", "path") and isinstance(value, str) and said.startswith("Input should"):
        said = repr(value[:_SHOWN_CHARACTERS]) + said.removeprefix("Input")
    return _answer(request, Unprocessable(f"{where} {path}: {said}", path=path))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, HeadwaterError):
        return _answer(request, error.__cause__)
    if isinstance(error.__cause__, RecursionError):
        return _answer(request, Malformed("the body is not JSON that can be read: too deep"))
    if isinstance(error.__cause__, ValueError):
        return _answer(request, Malformed(f"the body is not JSON: {error.__cause__}"))
    if error.status_code in (404, 405):
        return _on_wrong_method(request)
    if _is_of_marquez(request.url.path):
        said = f"HTTP {error.status_code} {error.detail}"
        body = {"code": error.status_code, "message": said}
        return JSONResponse(body, error.status_code, error.headers)
    problem = problem_of(HeadwaterError(str(error.detail)))
    problem.update(status=error.status_code, title=str(error.detail))
    return JSONResponse(problem, error.status_code, error.headers, MEDIA_TYPE)


def _on_wrong_method(request: Request) -> Response:
    """Answer what no route takes: 404, or what the path does take, which OPTIONS asks for."""
    path: str = request.scope["path"]
    methods = _methods(request)
    if not methods:
        return _answer(request, _missing(request.method, path))
    headers = {"Allow": ", ".join(sorted(methods))}
    if request.method == "OPTIONS":
        return Response(headers=headers)
    if _is_of_marquez(path):
        said = {"code": 405, "message": "HTTP 405 Method Not Allowed"}
        return JSONResponse(said, 405, headers)
    problem = problem_of(HeadwaterError(f"{request.method} is not served at {path}"))
    problem.update(status=405, title="Method Not Allowed")
    return JSONResponse(problem, 405, headers, MEDIA_TYPE)


def _methods(request: Request) -> set[str]:
    """Return every method that the path of a request takes, hot or cold; none if it is none."""
    found: set[str] = request.app.state.front.methods(request.scope["path"])
    for method in ("GET", "POST", "PUT", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found.add(method)
    if "GET" in found:
        found.add("HEAD")
    return found | {"OPTIONS"} if found else found


def _missing(method: str, path: str) -> Missing:
    """Return the error for a path that is none; senders of events are told theirs."""
    if method == "POST" and "/lineage" in path:
        return Missing(f"there is nothing at {path}; events are taken at POST /api/v1/lineage")
    return Missing(f"there is nothing at {path}")


async def _on_failure(request: Request, _: Exception) -> Response:
    return _answer(request, HeadwaterError("the server failed; the log has the details"))
