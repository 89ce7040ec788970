"""What is done about events that break the published schemas: nothing, tell, or refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headwater.errors import Unprocessable
from headwater.wire.openlineage.conformance.findings import Inspection, Severity
from headwater.wire.openlineage.conformance.inspector import inspect


class Mode(StrEnum):
    """Whether events are inspected, and whether those with an error are refused."""

    OFF = "off"
    REPORT = "report"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class Validation:
    """The inspections of the events of one request, and the refusals that follow, by position."""

    inspections: Sequence[Inspection]
    refusals: Sequence[Unprocessable | None]


def validate(bodies: Sequence[bytes], mode: Mode) -> Validation:
    """Inspect events; in strict mode those that break a published schema get a refusal.

    One that no mode could keep gets none: the log refuses it, and says why in its own words.
    """
    inspections = [inspect(body) for body in bodies]
    refusals = [_refusal(each) if mode is Mode.STRICT else None for each in inspections]
    return Validation(inspections, refusals)


def _refusal(inspection: Inspection) -> Unprocessable | None:
    errors = inspection.at_least(Severity.ERROR)
    if not errors or any(finding.rule == "refused" for finding in errors):
        return None
    first = errors[0]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Unprocessable(
        f"{first.path} {first.message}{more}; strict validation refuses that",
        path=first.path,
        hint="correct the event, or send it without validate=strict",
        details={"findings": [finding.to_json() for finding in inspection.findings]},
    )
