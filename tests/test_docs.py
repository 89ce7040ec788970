"""What the code has is documented, what is documented the code has, and links lead somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from headwater import errors, observe
from headwater.config import Settings
from tools import command_reference, links, reference

ROOT = Path(__file__).parent.parent
HEALTH = {"/api/v1/health", "/healthcheck", "/ping"}
# The UI's files hold no data, and a browser comes to its session to bring a token or forget it.
OPEN_TO_EVERYONE = HEALTH | {"/", "/ui", "/ui/{path:path}", "/api/v2/session"}


@cache
def source(*, without: str = "") -> str:
    files = sorted((ROOT / "headwater").rglob("*.py"))
    return "\n".join(file.read_text() for file in files if file.name != without)


@cache
def raised() -> str:
    """Return the code that may raise: all but where errors are declared and answered."""
    files = sorted((ROOT / "headwater").rglob("*.py"))
    kept = [file for file in files if file.name not in ("errors.py", "problems.py", "answers.py")]
    lines = [line for file in kept for line in file.read_text().splitlines()]
    return "\n".join(line for line in lines if not line.lstrip().startswith(("from ", "except ")))


@cache
def made_pages() -> dict[str, str]:
    return reference.pages()


@pytest.mark.parametrize(
    "name", ["settings.md", "errors.md", "metrics.md", "routes.md", "commands.md"]
)
def test_reference_is_as_the_code_has_it(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text()
    assert written == made_pages()[name], "stale: run make docs"


def test_every_link_leads_somewhere() -> None:
    broken = [f"{page.relative_to(ROOT)}: {link}" for page, link in links.broken_links()]
    assert broken == []


SETTINGS = list(reference.setting_fields(Settings, "HEADWATER"))


@pytest.mark.parametrize("variable", [variable for variable, _, _ in SETTINGS])
def test_every_setting_is_described_and_read(variable: str) -> None:
    said = next(said for name, _, said in SETTINGS if name == variable)
    assert said.endswith(".")
    field = variable.rsplit("__", 1)[-1].removeprefix("HEADWATER_").lower()
    reads = re.compile(rf"\.{field}\b|[\"']{field}[\"']")
    is_read = reads.search(source(without="settings.py")) is not None
    assert is_read, f"nothing reads {field}"


@pytest.mark.parametrize("metric", [metric.name for metric in observe.metrics()])
def test_every_metric_is_measured(metric: str) -> None:
    constant = next(name for name, value in vars(observe).items() if _is_named(value, metric))
    is_used = re.search(rf"\b{constant}\b", source(without="observe.py")) is not None
    assert is_used, f"{constant} is unused"


def _is_named(value: object, name: str) -> bool:
    return isinstance(value, observe.Metric) and value.name == name


@pytest.mark.parametrize("event", [event.name for event in observe.LogEvent])
def test_every_log_event_is_logged(event: str) -> None:
    is_logged = f"LogEvent.{event}" in source()
    assert is_logged, f"nothing logs {event}"


@pytest.mark.parametrize("kind", [name for name in errors.__all__ if name != "HeadwaterError"])
def test_every_error_is_raised(kind: str) -> None:
    is_raised = re.search(rf"\b{kind}\b", raised()) is not None
    assert is_raised, f"nothing raises {kind}"


def test_only_health_and_the_way_in_are_open_and_every_route_is_explained(tmp_path: Path) -> None:
    from headwater.app.platform import Platform

    with Platform.open(Settings(data=tmp_path / "data")) as platform:
        routes = [route for router in platform.routers() for route in reference.routes_of(router)]
        hot = platform.hot_routes()
    unguarded = {route.path for route in routes if reference.action_of(route) == "–"}
    assert unguarded == OPEN_TO_EVERYONE
    assert [route.path for route in routes if not route.endpoint.__doc__] == []
    assert [route.path for route in hot if not reference.said_of(route)] == []


def test_every_route_is_declared_with_its_whole_path_for_pages_and_metrics(tmp_path: Path) -> None:
    from headwater.app.platform import Platform

    with Platform.open(Settings(data=tmp_path / "data")) as platform:
        contexts = [c for router in platform.routers() for c in iter_route_contexts(router.routes)]
    served = {context.path for context in contexts}
    declared = {context.original_route.path for context in contexts}
    assert declared == served


@pytest.mark.parametrize(("name", "command"), list(command_reference.commands()))
def test_every_command_and_option_says_what_it_does(name: str, command: Any) -> None:
    assert command.help, name
    assert [one.name for one in command.params if not one.help] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text()
    pages = {file.relative_to(ROOT / "docs") for file in (ROOT / "docs").rglob("*.md")}
    unlisted = [
        str(page)
        for page in sorted(pages)
        if page.name != "index.md" and page.parts[0] != "decisions" and f"({page})" not in index
    ]
    assert unlisted == []


def test_every_decision_is_in_its_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{3}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {file.name for file in folder.glob("[0-9]*.md")}


def test_commands_of_the_readme_are_those_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        used = set(re.findall(r"\bmake ([a-z-]+)\b", (ROOT / page).read_text()))
        assert used <= targets | {"sure"}, f"{page} names other targets"
    assert {"make demo", "make check", "make test", "make journey", "make browser"} <= set(
        re.findall(r"make [a-z]+", (ROOT / "README.md").read_text())
    )
