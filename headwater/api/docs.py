"""The API's own pages: /docs, /docs/errors and /openapi.json, all from this server alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

from headwater import errors
from headwater.api.access import Reader
from headwater.api.problems import STATUS
from headwater.errors import HeadwaterError
from headwater.model.json import JsonObject

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin: 2rem 0 .5rem; text-transform: capitalize }
dt { font-family: ui-monospace, monospace; margin-top: .8rem }
dt b { display: inline-block; min-width: 4.5rem }
dd { margin: 0 0 0 4.5rem; color: #444 }
code { background: #f3f3f0; padding: 0 .2rem }
@media (prefers-color-scheme: dark) {
  body { background: #16181c; color: #ddd } dd { color: #aaa } code { background: #2a2d33 }
  a { color: #8ab4f8 }
}
"""


def docs_router(openapi: Callable[[], JsonObject]) -> APIRouter:
    """Return the routes of the documentation; `openapi` makes the document when it is asked for."""
    router = APIRouter(include_in_schema=False)

    @router.get("/openapi.json")
    def document(_: Reader) -> JSONResponse:
        """Return the OpenAPI document."""
        return JSONResponse(openapi())

    @router.get("/docs")
    def overview(_: Reader) -> HTMLResponse:
        """Return a page with every route."""
        return HTMLResponse(_page("Headwater's API", _routes(openapi())))

    @router.get("/docs/errors")
    def kinds_of_errors(_: Reader) -> HTMLResponse:
        """Return a page with every kind of error."""
        return HTMLResponse(_page("Headwater's errors", _errors()))

    return router


def _page(title: str, content: Iterator[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{''.join(content)}</html>"
    )


def _routes(document: JsonObject) -> Iterator[str]:
    yield (
        "<p>The whole of it for machines is <a href='openapi.json'>openapi.json</a>; "
        "what errors look like is at <a href='docs/errors'>docs/errors</a>.</p>"
    )
    by_tag: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            by_tag.setdefault(tag, []).append(_operation(method, path, operation))
    for tag in sorted(by_tag):
        yield f"<h2>{escape(tag)}</h2><dl>{''.join(by_tag[tag])}</dl>"


def _operation(method: str, path: str, operation: JsonObject) -> str:
    said = operation.get("description") or operation.get("summary", "")
    query = [
        f"<code>{escape(one['name'])}</code>"
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]
    takes = f" Query: {', '.join(query)}." if query else ""
    return f"<dt><b>{method.upper()}</b> {escape(path)}</dt><dd>{escape(said)}{takes}</dd>"


def _errors() -> Iterator[str]:
    yield (
        "<p>An error is <code>application/problem+json</code> (RFC 9457): <code>type</code>, "
        "<code>title</code>, <code>status</code>, <code>detail</code>, and where they are known "
        "<code>hint</code>, <code>path</code> (a JSON Pointer) and <code>request_id</code>. "
        "Under <code>/api/v1</code> it has Marquez's shape instead.</p><dl>"
    )
    kinds = (getattr(errors, name) for name in errors.__all__)
    for kind in kinds:
        slug = getattr(kind, "slug", None)
        if slug is not None:
            yield (
                f'<dt id="{slug}"><b>{_status(kind)}</b> {slug}</dt>'
                f"<dd>{escape(kind.__doc__ or '')}</dd>"
            )
    yield "</dl>"


def _status(kind: type[HeadwaterError]) -> int:
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)
