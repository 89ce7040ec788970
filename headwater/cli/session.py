"""What every command shares: which platform it speaks to, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater.errors import HeadwaterError, Invalid, Locked, Unavailable, Unsupported

if TYPE_CHECKING:
    from headwater.cli.answers import Answers


class Exit(IntEnum):
    """How a command ends; documented in docs/reference/commands.md."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INVALID = 3
    LOCKED = 4
    UNAVAILABLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The choices made before the command's name: a server's URL or a data directory."""

    url: str | None = None
    data: Path | None = None

    @contextmanager
    def answers(self) -> Iterator[Answers]:
        """Reach the platform for the time of one command."""
        from headwater.cli.answers import answers_for

        with answers_for(url=self.url, data=self.data) as answers:
            yield answers


def exit_code_of(error: HeadwaterError) -> Exit:
    """Return the exit code that tells a script what kind of failure it was."""
    match error:
        case Locked():
            return Exit.LOCKED
        case Invalid():
            return Exit.INVALID
        case Unavailable() | Unsupported():
            return Exit.UNAVAILABLE
        case _:
            return Exit.FAILED


def print_json(value: Any) -> None:
    """Write a value for machines, one line, to standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_error(error: HeadwaterError) -> None:
    """Write what was wrong and what to do about it to standard error."""
    path = getattr(error, "path", None)
    where = f" at {path}" if path and path not in error.message else ""
    if isinstance(error, Invalid) and "offset" in error.details:
        where += f" at byte {error.details['offset']}"
    sys.stderr.write(f"headwater: {error.message}{where}\n")
    if error.hint:
        sys.stderr.write(f"  {error.hint}\n")
