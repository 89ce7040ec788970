"""What is off in an event: where, by which rule, how bad."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

SeverityWord = Literal["info", "warning", "error"]


class Severity(IntEnum):
    """How bad a finding is: `ERROR` breaks a published schema, `WARNING` misleads consumers."""

    INFO = 0
    WARNING = 1
    ERROR = 2

    @property
    def word(self) -> SeverityWord:
        """Return the severity as it stands in answers."""
        return _WORDS[self]


_WORDS: Final[tuple[SeverityWord, ...]] = ("info", "warning", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is off; it never holds a value of the event.

    `path` is a JSON Pointer into the event; `pattern` the same with `*` for positions in arrays
    and for names that the producer chose, so that equal mistakes have equal patterns.
    """

    path: str
    pattern: str
    rule: str
    severity: Severity
    message: str

    def to_json(self) -> dict[str, str]:
        """Return the finding for an answer."""
        return {
            "path": self.path,
            "rule": self.rule,
            "severity": self.severity.word,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """All findings in one event, in the order of the event; `producer` is "" where it has none."""

    producer: str
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity | None:
        """Return the severity of the worst finding, None where there is none."""
        return max((finding.severity for finding in self.findings), default=None)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings that are at least so bad."""
        return tuple(f for f in self.findings if f.severity >= severity)


def pointer(tokens: Iterable[str | int]) -> str:
    """Return tokens as a JSON Pointer."""
    return "".join("/" + str(t).replace("~", "~0").replace("/", "~1") for t in tokens)
