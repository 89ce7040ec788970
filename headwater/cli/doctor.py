"""`headwater doctor`: is this machine fit, is the data directory sound, does the server answer?"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, Session, print_json
from headwater.cli.table import print_table
from headwater.errors import HeadwaterError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from headwater.config import Settings

_LEAST_FREE_BYTES: Final = 1024**3
_SLOW_SYNC_MILLISECONDS: Final = 20.0
_SYNCS: Final = 20
_PACKAGES: Final = ("duckdb", "fastapi", "pyarrow", "pyiceberg", "sqlalchemy", "uvicorn")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `ok`, `warning` or `failed`, and what was seen."""

    name: str
    state: str
    seen: str


def doctor(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Look at this machine, the data directory and the server, and say what is wrong."""
    from headwater.config import load_settings

    session: Session = context.obj
    settings = load_settings(data=session.data)
    checks: list[Check] = []
    with progress("Looking", total=None, unit="steps", quiet=as_json) as advance:
        for check in _checks(settings, session.url):
            checks.append(check)
            advance(len(checks), check.name)
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        print_table(("check", "state", "seen"), [(one.name, one.state, one.seen) for one in checks])
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(Exit.FAILED)


def _checks(settings: Settings, url: str | None) -> Iterator[Check]:
    yield _python()
    yield from map(_package, _PACKAGES)
    yield _settings()
    folder = _nearest_folder(settings.data)
    yield _guarded("disk", lambda: _disk(folder))
    yield _guarded("fsync", lambda: _sync_cost(folder))
    yield _guarded("data directory", lambda: _directory(settings.data))
    database = settings.lineage.url
    if database is not None:
        yield _guarded("lineage database", lambda: _lineage(database))
    yield _guarded("server", lambda: _server(settings, url))
    yield from _outboxes()


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except HeadwaterError as error:
        return Check(name, "failed", str(error))
    except OSError as error:
        return Check(name, "failed", f"{error.filename or ''}: {error.strerror}".lstrip(": "))


def _python() -> Check:
    seen = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("python", "ok" if sys.version_info >= (3, 11) else "failed", seen)


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "failed", "not installed; pip install 'headwater[server]'")


def _settings() -> Check:
    from headwater.config import misspelt_variables

    wrong = misspelt_variables()
    seen = "; ".join(wrong) or "every HEADWATER_ variable with __ is a setting"
    return Check("settings", "warning" if wrong else "ok", seen)


def _nearest_folder(path: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(one for one in (path, *path.parents) if one.is_dir())


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free
    state = "ok" if free >= _LEAST_FREE_BYTES else "warning"
    return Check("disk", state, f"{free / 1024**3:.1f} GiB free at {folder}")


def _sync_cost(folder: Path) -> Check:
    """Measure what every acknowledgement costs at least."""
    with tempfile.TemporaryFile(dir=folder) as file:
        started = time.perf_counter()
        for _ in range(_SYNCS):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        cost = (time.perf_counter() - started) / _SYNCS * 1000
    state = "ok" if cost < _SLOW_SYNC_MILLISECONDS else "warning"
    return Check("fsync", state, f"{cost:.2f} ms for 4 KiB at {folder}")


def _directory(path: Path) -> Check:
    from headwater.app.directory import DataDirectory

    if not (path / "format.json").exists():
        return Check("data directory", "ok", f"{path} is new; the first command makes it")
    owner = DataDirectory.owner(path)
    if owner is not None:
        where = f", which serves {owner.url}" if owner.url else ""
        return Check("data directory", "ok", f"{path} is held by process {owner.pid}{where}")
    DataDirectory.open(path).close()
    return Check("data directory", "ok", f"{path} is free and of a known format")


def _lineage(url: SecretStr) -> Check:
    from headwater.app.lineage import look_at_database

    where, wrong = look_at_database(url)
    return Check("lineage database", "warning" if wrong else "ok", "; ".join((where, *wrong)))


def _server(settings: Settings, url: str | None) -> Check:
    from headwater.app.directory import DataDirectory
    from headwater.cli.answers import Answers, HttpExchange

    if url is None:
        owner = DataDirectory.owner(settings.data)
        url = owner.url if owner is not None else None
    if url is None:
        return Check("server", "ok", "not running; start it with: headwater up")
    token = settings.token.get_secret_value() if settings.token else None
    with closing(HttpExchange(url, token=token)) as exchange:
        health = Answers(exchange).get("/api/v1/health")
    state = "ok" if health["status"] == "ok" else "warning"
    parts = ", ".join(f"{name} {said}" for name, said in health["parts"].items())
    return Check("server", state, f"{url}: {parts}")


def _outboxes() -> Iterator[Check]:
    """Look at the events of pipelines on this machine that no lineage server has yet."""
    from headwater.sdk.outbox_survey import survey

    found = survey()
    if not found:
        yield Check("outbox", "ok", "no events of pipelines wait on this machine")
    for one in found:
        seen = f"{one.waiting_events} events ({one.waiting_bytes} bytes) wait for {one.destination}"
        if one.oldest is not None:
            seen += f", the oldest file is of {one.oldest.isoformat(timespec='seconds')}"
        troubles = [
            f"{count} {what}"
            for count, what in (
                (one.refused, "refused, see refused.ndjson"),
                (one.dropped, "dropped for want of room"),
                (one.damaged_files, "damaged files set aside"),
            )
            if count
        ]
        seen += "".join(f"; {trouble}" for trouble in troubles)
        is_fine = not troubles and not one.waiting_events
        yield Check("outbox", "ok" if is_fine else "warning", f"{seen}, in {one.folder}")
