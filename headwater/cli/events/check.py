"""`headwater events check`: files of events against the published schemas, without a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.progress import progress
from headwater.cli.session import Exit, print_json
from headwater.cli.table import print_table
from headwater.errors import Invalid

if TYPE_CHECKING:
    from headwater.wire.openlineage.conformance.findings import Finding, Severity


class Level(StrEnum):
    """How bad a finding has to be."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(slots=True)
class _Kind:
    """Equal findings: how many events have them, and the first of these."""

    finding: Finding
    first: str
    events: int = 0


def check(
    files: Annotated[
        list[Path], typer.Argument(help="Files or folders of events; - is standard input.")
    ],
    *,
    level: Annotated[
        Level, typer.Option(help="End with code 1 if there is a finding that is so bad.")
    ] = Level.ERROR,
    show: Annotated[Level, typer.Option(help="Show findings that are so bad.")] = Level.WARNING,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what in files of OpenLineage events is not as the published schemas have it."""
    from headwater.cli.events.files import read_events, size_of
    from headwater.wire.openlineage.conformance.findings import Severity
    from headwater.wire.openlineage.conformance.inspector import inspect
    from headwater.wire.openlineage.entries import Entry, read_entry

    kinds: dict[tuple[str, str, str], _Kind] = {}
    total = 0
    size = size_of(files)
    with progress("Checking", total=size, unit="bytes", quiet=as_json) as advance:
        for event in read_events(files, advance):
            try:
                entry = read_entry(event.body)
            except Invalid:  # not as an export writes it: then it is what there is to check
                entry = Entry(body=event.body)
            if entry.is_command:
                continue
            total += 1
            counted = set()
            for finding in inspect(entry.body).findings:
                key = (finding.rule, finding.pattern, finding.message)
                kind = kinds.setdefault(key, _Kind(finding, event.where))
                if key not in counted:
                    counted.add(key)
                    kind.events += 1
    found = sorted(kinds.values(), key=lambda k: (-k.finding.severity, -k.events, k.first))
    if as_json:
        print_json({"events": total, "findings": [_kind_json(kind) for kind in found]})
    else:
        _print(total, found, Severity[show.name])
    if any(kind.finding.severity >= Severity[level.name] for kind in found):
        raise typer.Exit(Exit.FAILED)


def _kind_json(kind: _Kind) -> dict[str, object]:
    said: dict[str, object] = dict(kind.finding.to_json())
    return said | {"pattern": kind.finding.pattern, "events": kind.events, "first": kind.first}


def _print(total: int, found: Sequence[_Kind], least: Severity) -> None:
    shown = [kind for kind in found if kind.finding.severity >= least]
    if shown:
        print_table(
            ("severity", "rule", "at", "what", "events", "first in"),
            (
                (
                    kind.finding.severity.word,
                    kind.finding.rule,
                    kind.finding.pattern,
                    kind.finding.message,
                    kind.events,
                    kind.first,
                )
                for kind in shown
            ),
        )
    counts = Counter(kind.finding.severity.word for kind in found)  # the worst come first
    words = ", ".join(f"{count} {word}" for word, count in counts.items())
    events = "event" if total == 1 else "events"
    typer.echo(f"{total:,} {events}, kinds of findings: {words or 'none'}")
