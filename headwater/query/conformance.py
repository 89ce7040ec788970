"""What each producer sends that is not as the published schemas have it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from headwater.lineage.reading.view import LineageReads
from headwater.wire.openlineage.conformance.findings import Finding, Severity
from headwater.wire.openlineage.conformance.inspector import inspect
from headwater.wire.openlineage.entries import Entry

MOST_PRODUCERS: Final = 1_000
MOST_FINDINGS: Final = 500
_EXAMPLES: Final = 3
_PAGE: Final = 200

Kind = tuple[str, str, str]
"""Rule, pattern of the path, message: what makes two findings the same mistake."""


@dataclass(slots=True)
class FindingTally:
    """One mistake of a producer: in how many events, and the latest of them by sequence."""

    severity: Severity
    events: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)

    def add(self, sequence: int, path: str) -> None:
        """Count one more event that has it."""
        self.events += 1
        self.examples = sorted([*self.examples, (sequence, path)], reverse=True)[:_EXAMPLES]


@dataclass(slots=True)
class ProducerTally:
    """What one producer sent: how many events, and its mistakes; `more` kinds are not listed."""

    events: int = 0
    findings: dict[Kind, FindingTally] = field(default_factory=dict)
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceReport:
    """The tallies by producer, over the `checked` latest of all `entries` of the log."""

    entries: int
    checked: int
    producers: Mapping[str, ProducerTally]
    unlisted: int

    @property
    def reason(self) -> str | None:
        """Return why the report does not hold everything, None where it does."""
        missing = self.entries - self.checked
        if missing > 0:
            return f"{missing} older entries of the log are not looked at yet; ask again"
        if self.unlisted:
            return f"{self.unlisted} events are of producers beyond {MOST_PRODUCERS}"
        return None


class Conformance:
    """Looks through the log, the latest first, each event once, as far as one is asked to.

    Every question takes in what came since and goes on backwards. What was found is kept in
    memory: events never change, so that each counts once, in any order and after any retry.
    """

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads
        self._lock = threading.Lock()
        self._producers: dict[str, ProducerTally] = {}
        self._unlisted = 0
        self._checked = 0
        self._low: int | None = None
        self._high = 0

    def report(self, *, budget: int) -> ConformanceReport:
        """Look at up to `budget` more entries and return what is known."""
        with self._lock:
            self._look(budget)
            with self._reads.view() as view:
                entries = view.entries.count()
            return ConformanceReport(
                entries=entries,
                checked=self._checked,
                producers={name: _copied(each) for name, each in self._producers.items()},
                unlisted=self._unlisted,
            )

    def _look(self, budget: int) -> None:
        if self._low is None:
            with self._reads.view() as view:
                self._high = view.entries.last()
            self._low = self._high + 1
        while budget > 0:
            limit = min(_PAGE, budget)
            with self._reads.view() as view:
                page: Sequence[Entry] = view.entries.page(after=self._high, limit=limit)
                if not page:
                    page = view.entries.page_before(before=self._low, limit=limit)
            if not page:
                return
            self._take(page)
            budget -= len(page)

    def _take(self, page: Iterable[Entry]) -> None:
        for entry in page:
            sequence = entry.sequence or 0
            self._high = max(self._high, sequence)
            self._low = min(self._low or sequence, sequence)
            self._checked += 1
            if not entry.is_command:
                self._count(entry.body, sequence)

    def _count(self, body: bytes, sequence: int) -> None:
        inspection = inspect(body)
        tally = self._producers.get(inspection.producer)
        if tally is None:
            if len(self._producers) >= MOST_PRODUCERS:
                self._unlisted += 1
                return
            tally = self._producers[inspection.producer] = ProducerTally()
        tally.events += 1
        for kind, finding in _kinds(inspection.findings).items():
            known = tally.findings.get(kind)
            if known is None:
                if len(tally.findings) >= MOST_FINDINGS:
                    tally.more += 1
                    continue
                known = tally.findings[kind] = FindingTally(finding.severity)
            known.add(sequence, finding.path)


def _kinds(findings: Iterable[Finding]) -> dict[Kind, Finding]:
    """Return the first finding of each kind."""
    kinds: dict[Kind, Finding] = {}
    for finding in findings:
        kinds.setdefault((finding.rule, finding.pattern, finding.message), finding)
    return kinds


def _copied(tally: ProducerTally) -> ProducerTally:
    findings = {
        kind: FindingTally(each.severity, each.events, [*each.examples])
        for kind, each in tally.findings.items()
    }
    return ProducerTally(tally.events, findings, tally.more)
