"""Runs the examples of the documentation: `python -m tools.examples [--write] [PAGE...]`.

A page's examples are the plain and `console` blocks with a line that begins with `$ `. They run in
order, in a new directory with a server of their own, and what they print must be what the page
shows, but for ids, times, durations and line breaks; `…` in a page stands for anything. A file
that a page shows with `$ cat FILE` is made so. `--write` puts what was printed into the page.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.free_ports import free_ports

ROOT: Final = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS: Final = 120
COLUMNS: Final = 110
HOME: Final = "/home/you"
PORTS: Final = (5000, 3000, 4318)
_BLOCK: Final = re.compile(r"^```(?:console)?\n(\$ .*?)^```$", re.MULTILINE | re.DOTALL)
_ID: Final = re.compile(
    r"\b(?:\d{8}T\d{6,}Z[\d-]*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|[0-9a-f]{8,}(?:-[0-9a-f]{6,})+|[0-9a-f]{32}|\d{15,})\b"
)
_PROGRESS: Final = re.compile(r"[A-Z]\w+(?: [\w.]+)?: (?:.* after )?[\d,]+ s")
"""What a slow command says before its output."""

_LOOSE: Final = (
    (_ID, "<id>"),
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+]00(:00)?)?"), "<time>"),
    (re.compile(r"\b20\d\d-\d\d-\d\d\b"), "<day>"),
    (re.compile(r"<time>\s+[\d.,]+(?=\s)"), "<time> <duration>"),
    (re.compile(r"\b[\d.,]+ (ms|s|seconds?)\b"), "<duration>"),
    (re.compile(r"\b[\d.,]+ ([kM]?B)\b"), "<size>"),
    (re.compile(r'"(\w*(?:bytes|_ms|bytes_scanned))": ?[\d.]+'), r'"\1":<number>'),
    (re.compile(r"\bprocess \d+"), "process <pid>"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a page, with the output that the page shows and where that stands."""

    command: str
    shown: str
    start: int
    end: int


def pages() -> list[Path]:
    """Return every page whose examples are run."""
    guides = sorted((ROOT / "docs" / "guides").glob("*.md"))
    concepts = [ROOT / "docs" / "concepts" / "lineage.md"]
    return [ROOT / "README.md", ROOT / "docs" / "start.md", *guides, *concepts]


def examples(text: str) -> list[Example]:
    """Return the examples of a page, in order."""
    return [one for block in _BLOCK.finditer(text) for one in _of_block(block.start(1), block[1])]


def _of_block(offset: int, block: str) -> Iterator[Example]:
    command, shown, at = "", "", offset
    start = offset
    for line in block.splitlines(keepends=True):
        after = at + len(line)
        if command and not _is_whole(command):
            command, start = command + line, after
        elif line.startswith("$ "):
            if command:
                yield _example(command, shown, start)
            command, shown, start = line[2:], "", after
        else:
            shown += line
        at = after
    yield _example(command, shown, start)


def _example(command: str, shown: str, start: int) -> Example:
    kept = shown.rstrip("\n") + "\n" if shown.strip() else ""
    return Example(command.rstrip("\n"), kept, start, start + len(kept))


def _is_whole(command: str) -> bool:
    checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False)
    return checked.returncode == 0 and not command.endswith("\\\n") and not checked.stderr


class Place:
    """A directory with a server, where the commands of one page run."""

    def __init__(self, folder: Path) -> None:
        """Choose free ports and an empty home below the folder."""
        self._home = folder.resolve() / "home"
        self._work = folder.resolve() / "work"
        self._home.mkdir()
        self._work.mkdir()
        (self._home / ".curlrc").write_text("silent\nshow-error\n", encoding="utf-8")
        self._ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self._server: subprocess.Popen[str] | None = None
        self._ids: dict[str, str] = {}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if "HEADWATER" not in name}
        self._environment = {
            **kept,
            "PATH": path,
            "HOME": str(self._home),
            "XDG_DATA_HOME": str(self._home / ".local" / "share"),
            "COLUMNS": str(COLUMNS),
            "PYTHONUNBUFFERED": "1",
            "HEADWATER_SERVER__PORT": str(self._ports[5000]),
            "HEADWATER_SERVER__WEB_PORT": str(self._ports[3000]),
            "HEADWATER_SERVER__OTLP_PORT": str(self._ports[4318]),
            "HEADWATER_JOBS__EVERY_SECONDS": "0",
        }

    def run(self, example: Example) -> str:
        """Run one example and return what it printed."""
        words = example.command.split()
        if words[0] == "cat" and len(words) == 2:
            file = self._work / words[1]
            file.write_text(self._there(example.shown), encoding="utf-8")
            return example.shown
        if words == ["headwater", "up"]:
            return self.serve()
        ran = subprocess.run(
            ["bash", "-c", self._there(example.command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._work,
            env=self._environment,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        printed = self._here(ran.stdout)
        told, made = _ID.findall(example.shown), _ID.findall(printed)
        if len(told) == len(made):
            self._ids |= dict(zip(told, made, strict=True))
        return self._named_as_shown(printed)

    def _named_as_shown(self, printed: str) -> str:
        for told, made in self._ids.items():
            printed = printed.replace(made, told)
        return printed

    def serve(self) -> str:
        """Start the server and return what it said until it was ready."""
        with (self._home / "server.log").open("w", encoding="utf-8") as log:
            self._server = subprocess.Popen(
                ["headwater", "up"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._work,
                env=self._environment,
            )
        assert self._server.stdout is not None
        said = ""
        for line in self._server.stdout:
            said += line
            if "Ctrl-C" in line:
                return self._here(said)
        raise AssertionError((self._home / "server.log").read_text(encoding="utf-8"))

    def close(self) -> None:
        """Stop the server, if there is one."""
        if self._server is not None:
            self._server.send_signal(signal.SIGTERM)
            self._server.communicate(timeout=PATIENCE_SECONDS)

    def _there(self, command: str) -> str:
        for told, made in self._ids.items():
            command = command.replace(told, made)
        for port, free in self._ports.items():
            command = re.sub(rf"\b(localhost|127\.0\.0\.1):{port}\b", rf"127.0.0.1:{free}", command)
        return command

    def _here(self, said: str) -> str:
        for port, free in self._ports.items():
            said = said.replace(f":{free}", f":{port}")
        said = said.replace("\r\n", "\n").replace(str(self._home), HOME)
        lines = [line.rstrip() for line in said.splitlines() if not _PROGRESS.fullmatch(line)]
        return "\n".join(lines).strip("\n") + "\n" if said.strip() else ""


@contextmanager
def place() -> Iterator[Place]:
    """Make a directory for the examples of a page, and remove it with its server."""
    with tempfile.TemporaryDirectory() as folder:
        made = Place(Path(folder))
        try:
            yield made
        finally:
            made.close()


def is_as_shown(shown: str, printed: str) -> bool:
    """Tell whether a page shows what was printed, but for what differs from run to run."""
    pattern = ".*".join(re.escape(part) for part in plain(shown).split("…"))
    return re.fullmatch(pattern, plain(printed), re.DOTALL) is not None


def plain(text: str) -> str:
    """Return an output without ids, times, durations, sizes, rules and line breaks."""
    for pattern, instead in _LOOSE:
        text = pattern.sub(instead, text)
    return re.sub(r"[\s─]+", "", text)


def differences(page: Path, *, write: bool = False) -> list[str]:
    """Run a page's examples; return, and write down if asked to, what it shows otherwise."""
    text = page.read_text(encoding="utf-8")
    found = examples(text)
    wrong: list[tuple[Example, str]] = []
    with place() as here:
        if found and not any(one.command == "headwater up" for one in found):
            here.serve()
        for one in found:
            printed = here.run(one)
            if not is_as_shown(one.shown, printed):
                wrong.append((one, printed))
    if write:
        for one, printed in reversed(wrong):
            text = text[: one.start] + printed + text[one.end :]
        page.write_text(text, encoding="utf-8")
    name = page.relative_to(ROOT)
    return [
        f"{name}: $ {one.command}\nthe page shows\n{one.shown}but it prints\n{printed}"
        for one, printed in wrong
    ]


def main(arguments: list[str]) -> int:
    """Run the examples of the named pages, or of all; fail if one prints something else."""
    write = "--write" in arguments
    chosen = [Path(name).resolve() for name in arguments if not name.startswith("--")] or pages()
    found = [one for page in chosen for one in differences(page, write=write)]
    print(
        "\n".join(found) if found else f"the examples of {len(chosen)} pages print what they show"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
