"""Makes the pages of docs/reference that follow from the code: `python -m tools.reference`.

A page that was not as the code has it is written again, and the command fails, so that CI
notices and a person only has to commit.
"""

from __future__ import annotations

import sys
import tempfile
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from headwater import errors, observe
from headwater.api.access import Guard
from headwater.api.dispatch import HotRoute
from headwater.api.problems import status_of
from headwater.app.platform import Platform
from headwater.cli.session import exit_code_of
from headwater.config import Settings, default_data_directory
from headwater.errors import HeadwaterError
from tools.command_reference import command_sections, exit_codes

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE: Final = "<!-- Made from the code by `make docs`; changes here are lost. -->\n"


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    return {
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "metrics.md": metrics_page(),
        "routes.md": routes_page(),
        "commands.md": commands_page(),
    }


def settings_page() -> str:
    """Return the page of settings, from the settings tree."""
    rows = [
        (f"`{variable}`", _type_name(field.annotation), _default(variable, field), said)
        for variable, field, said in setting_fields(Settings, "HEADWATER")
    ]
    return _page(
        "Settings",
        "Read once, at the start, from the environment. A wrong value stops the start and names "
        "its variable. Options of a command win over the environment.\n",
        _table(("variable", "type", "default", "meaning"), rows),
    )


def setting_fields(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo, str]]:
    """Yield (environment variable, field, description) of every setting of the tree."""
    joint = "_" if prefix == "HEADWATER" else "__"
    for name, field in model.model_fields.items():
        variable = f"{prefix}{joint}{name.upper()}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from setting_fields(inner, variable)
        else:
            yield variable, field, field.description or ""


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(annotation) if one is not type(None)]
        return " or ".join(_type_name(one) for one in inner)
    if origin is not None:
        return f"list of {_type_name(get_args(annotation)[0])}"
    names = {str: "text", int: "number", float: "number", bool: "true or false"}
    names |= {Path: "path", SecretStr: "secret"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _default(variable: str, field: FieldInfo) -> str:
    if field.default_factory is default_data_directory:
        return "`$XDG_DATA_HOME/headwater`, else `~/.local/share/headwater`"
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", ()):
        return "–"
    if variable.endswith("_BYTES") and isinstance(value, int) and value % 2**20 == 0:
        return f"`{value}` ({value // 2**20} MiB)"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def errors_page() -> str:
    """Return the page of errors, from their classes."""
    parts = [
        "Under `/api/v2` and `/ingest` an error is a problem document (RFC 9457): `type` ends in "
        "the name below, `detail` says what was wrong and with which value, `hint` what to do, "
        "`path` is the JSON Pointer of the field, `request_id` finds it in the log. Under "
        "`/api/v1` it is `{code, message}`, as Marquez's clients expect. A command ends with the "
        "exit code.\n"
    ]
    for kind in error_classes():
        slug = getattr(kind, "slug", "error")
        said = " ".join((kind.__doc__ or "").split())
        error = kind("")
        parts.append(
            f'## <a id="{slug}"></a>{slug}\n\n{said}\n\n'
            f"Status {status_of(error)}, exit code {exit_code_of(error):d}, "
            f"class `{kind.__module__}.{kind.__name__}`.\n"
        )
    return _page("Errors", *parts)


def error_classes() -> list[type[HeadwaterError]]:
    """Return every error that the platform raises, the root first."""
    named = [getattr(errors, name) for name in errors.__all__]
    return sorted(named, key=lambda kind: kind is not HeadwaterError)


def metrics_page() -> str:
    """Return the page of what can be observed: metrics and log events."""
    metrics = [
        (
            f"`{metric.name}{'_total' if metric.kind == 'counter' else ''}`",
            metric.kind,
            ", ".join(f"`{label}`" for label in metric.labels) or "–",
            metric.meaning,
        )
        for metric in observe.metrics()
    ]
    events = [(f"`{event.value}`", f"`{event.name}`") for event in observe.LogEvent]
    return _page(
        "Metrics and log events",
        "## Metrics\n\n`GET /metrics` answers in the OpenMetrics text format. Labels take few "
        "values; ids are in the log and not here.\n",
        _table(("metric", "kind", "labels", "meaning"), metrics),
        "\n## Log events\n\nThe log is JSON lines on standard error. `event` is one of the "
        "sentences below; the other fields say with what. Every line of a request carries "
        "`request_id`, `traceparent` and, once it is known, `principal`.\n",
        _table(("event", "name in the code"), events),
    )


def routes_page() -> str:
    """Return the page of routes, from the composed application."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        with Platform.open(settings) as platform:
            hot = [_hot_row(route) for route in platform.hot_routes() if not route.is_alias]
            cold = [row for router in platform.routers() for row in _rows(router)]
    rows = sorted([*hot, *cold], key=lambda row: (row[1].strip("`"), row[0]))
    return _page(
        "Routes",
        "`GET /docs` shows the same with query parameters, and `GET /openapi.json` is for "
        "machines. *Needs* is what the token's role must allow once there is a token: a `reader` "
        "may read, a `writer` also write, a `runner` also run, an `admin` everything.\n",
        _table(("method", "path", "needs", "does"), rows),
    )


def commands_page() -> str:
    """Return the page of commands, from the command line."""
    return _page(
        "Commands",
        "`--data DIR` and `--url URL` choose the platform, and may stand before or behind the "
        "command: a server that owns the data directory is spoken to over HTTP, with the token in "
        "`HEADWATER_TOKEN`; else the command opens the directory itself. `--json` is for "
        "machines.\n",
        _table(("exit code", "meaning"), exit_codes()) + "\n",
        *command_sections(),
    )


Row = tuple[str, str, str, str]


def _hot_row(route: HotRoute) -> Row:
    path = f"{route.path.rstrip('/')}/{{rest}}" if route.has_rest else route.path
    return route.method, f"`{path}`", route.action.value, said_of(route)


def said_of(route: HotRoute) -> str:
    """Return the first line of what a hot handler says of itself."""
    return (route.handle.__doc__ or "").strip().split("\n")[0]


def _rows(router: APIRouter) -> Iterator[Row]:
    for route in routes_of(router):
        said = (route.endpoint.__doc__ or "").strip().split("\n")[0]
        for method in sorted(route.methods or ()):
            yield method, f"`{route.path.replace(':segment', '')}`", action_of(route), said


def routes_of(router: APIRouter) -> Iterator[APIRoute]:
    """Yield the routes of a router and of those that it includes."""
    for context in iter_route_contexts(router.routes):
        route = context.original_route
        assert isinstance(route, APIRoute), f"{route} is no route of the API"
        yield route


def action_of(route: APIRoute) -> str:
    """Return what a route asks of a token, `–` if it is open to everyone."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Guard):
            return dependency.call.action.value
    return "–"


def _page(title: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", NOTE, *parts]).rstrip() + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )


def main() -> int:
    """Write every page that is not as the code has it; fail if there was one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, text in pages().items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            stale.append(name)
    for name in stale:
        print(f"docs/reference/{name} was stale and is written again; commit it")
    if not stale:
        print("the reference is as the code has it")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
