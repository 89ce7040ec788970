"""The web UI: files that were built into the package, and one page for every address below /ui/.

The page learns where it lives from its own address, so that it works under any prefix that a
proxy takes away: `<base href>` leads from the address asked to /ui/. Everything comes from this
server, which the Content-Security-Policy says; styles that scripts add carry a nonce.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final, TypedDict

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from headwater.api.access import Access
from headwater.api.asked_ahead import FirstQuestion, address_asked
from headwater.api.credentials import credentials_of
from headwater.errors import Missing, Unauthenticated

_BUILT: Final = Path(str(files("headwater"))) / "ui"
_PAGE: Final = "index.html"
_NEEDS: Final = "pages.json"
_KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_BASE: Final = '<base href="/ui/"'
_NONCE: Final = '<meta name="csp-nonce" content=""'
_HEAD_ENDS: Final = "</head>"
_HASHED: Final = "assets/"
_FOREVER: Final = "public, max-age=31536000, immutable"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'self';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _File:
    media_type: str
    body: bytes
    compressed: bytes | None


class _Needs(TypedDict):
    """What a page needs beside what every page does: files, and what it asks the API first."""

    files: list[str]
    asks: list[FirstQuestion]


class BuiltFiles:
    """The files of a build, each read once."""

    def __init__(self, folder: Path = _BUILT) -> None:
        self._folder = folder
        self._read: dict[str, _File] = {}
        self._needs: dict[str, _Needs] | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether there is a UI to lead people to."""
        return (self._folder / _PAGE).is_file()

    def get(self, name: str) -> _File | None:
        """Return a file by its path below /ui/, which never leads out of the folder."""
        found = self._read.get(name)
        if found is not None:
            return found
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder.resolve()) or path.suffix not in _KINDS:
            return None
        if not path.is_file():
            return None
        packed = path.with_name(f"{path.name}.gz")
        compressed = packed.read_bytes() if packed.is_file() else None
        self._read[name] = _File(_KINDS[path.suffix], path.read_bytes(), compressed)
        return self._read[name]

    def hints(self, path: str, given: Sequence[tuple[str, str]] | None) -> str:
        """Return the links by which the page at a path says what it will need.

        What it asks the API for the parameters of its address is among them, unless there are
        none to be had: who has yet to sign in is refused, which must not be kept as the answer.
        """
        if self._needs is None:
            told = self._folder / _NEEDS
            self._needs = json.loads(told.read_bytes()) if told.is_file() else {}
        needs = self._needs.get(f"/{path.rstrip('/')}")
        if needs is None:
            return ""
        links = [_hint_of(file) for file in needs["files"]]
        for question in needs["asks"] if given is not None else ():
            asked = address_asked(question, given or ())
            if asked is not None:
                link = f'<link rel="preload" as="fetch" crossorigin href="../{escape(asked)}">'
                links.append(link)
        return "".join(links)


def _hint_of(file: str) -> str:
    if file.endswith(".css"):
        return f'<link rel="preload" as="style" crossorigin href="./{file}">'
    return f'<link rel="modulepreload" crossorigin href="./{file}">'


def ui_router(built: BuiltFiles) -> APIRouter:
    """Return the routes of the UI, which hold no data and so need no token."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def lead() -> RedirectResponse:
        """Lead whoever opens the address in a browser to the UI, or to the page of routes."""
        return RedirectResponse("ui/" if built.is_there else "docs")

    @router.get("/ui")
    def start() -> RedirectResponse:
        """Lead to the page: its relative addresses need the slash."""
        return RedirectResponse("ui/")

    @router.get("/ui/{path:path}")
    def page(path: str, request: Request) -> Response:
        """Return a built file, or the page, which shows what its address names."""
        found = None if path == _PAGE else built.get(path)
        if found is not None:
            return _asset(found, request, is_hashed=path.startswith(_HASHED))
        if path.startswith(_HASHED):
            raise Missing(f"the web UI has no file {path!r}", hint="load the page again")
        shell = built.get(_PAGE)
        if shell is None:
            raise Missing("the web UI is not built here", hint="run `make ui` in a clone")
        hints = built.hints(path, request.query_params.multi_items() if _may(request) else None)
        return _page(shell.body.decode(), depth=path.count("/"), hints=hints)

    return router


def _may(request: Request) -> bool:
    """Tell whether the sender is known here, so that what the page asks will be answered."""
    access: Access = request.app.state.access
    said = credentials_of(request.headers.get("authorization"), request.headers.get("cookie"))
    try:
        access.identify(said)
    except Unauthenticated:
        return False
    return True


def _asset(found: _File, request: Request, *, is_hashed: bool) -> Response:
    headers = {
        "Cache-Control": _FOREVER if is_hashed else "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    body = found.body
    if found.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = found.compressed
    return Response(body, media_type=found.media_type, headers=headers)


def _page(text: str, *, depth: int, hints: str) -> Response:
    nonce = secrets.token_urlsafe(16)
    text = text.replace(_BASE, f'<base href="{"../" * depth or "./"}"', 1)
    text = text.replace(_NONCE, f'<meta name="csp-nonce" content="{nonce}"', 1)
    text = text.replace(_HEAD_ENDS, f"{hints}{_HEAD_ENDS}", 1)
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _POLICY.format(nonce=nonce),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, media_type="text/html; charset=utf-8", headers=headers)
