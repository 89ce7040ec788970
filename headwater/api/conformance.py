"""How far producers keep to the published schemas: /api/v2/conformance."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from headwater.api.access import Reader
from headwater.api.shapes.events import (
    ConformanceShape,
    EventFinding,
    FindingKindShape,
    ProducerShape,
)
from headwater.query.conformance import Conformance, FindingTally, Kind, ProducerTally
from headwater.wire.openlineage.conformance.findings import Finding, Severity


def conformance_router(conformance: Conformance) -> APIRouter:
    """Return the route of the report."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])

    @router.get("/conformance")
    def get_conformance(
        _: Reader,
        producer: Annotated[str | None, Query(description="Only this producer.")] = None,
        level: Annotated[
            Literal["info", "warning", "error"], Query(description="Only findings so bad.")
        ] = "warning",
        budget: Annotated[
            int, Query(ge=0, le=20_000, description="How many more entries to look at.")
        ] = 2_000,
    ) -> ConformanceShape:
        """Say what each producer sends wrongly, over the latest entries of the log."""
        found = conformance.report(budget=budget)
        least = Severity[level.upper()]
        chosen = {
            name: tally
            for name, tally in found.producers.items()
            if producer is None or producer == name
        }
        ordered = sorted(chosen.items(), key=lambda pair: (-pair[1].events, pair[0]))
        return {
            "entries": found.entries,
            "checked": found.checked,
            "partial": found.reason is not None,
            "reason": found.reason,
            "producers": [_producer_json(name, tally, least) for name, tally in ordered],
        }

    return router


def _producer_json(name: str, tally: ProducerTally, least: Severity) -> ProducerShape:
    kinds = [(k, f) for k, f in tally.findings.items() if f.severity >= least]
    kinds.sort(key=lambda pair: (-pair[1].severity, -pair[1].events, pair[0]))
    return {
        "producer": name,
        "events": tally.events,
        "findings": [_finding_json(kind, each) for kind, each in kinds],
        "more_kinds": tally.more > 0,
    }


def _finding_json(kind: Kind, tally: FindingTally) -> FindingKindShape:
    rule, pattern, message = kind
    return {
        "severity": tally.severity.word,
        "rule": rule,
        "pattern": pattern,
        "message": message,
        "events": tally.events,
        "examples": [{"sequence": seq, "path": path} for seq, path in tally.examples],
    }


def finding_json(one: Finding) -> EventFinding:
    """Return what is off in an event."""
    return {
        "path": one.path,
        "rule": one.rule,
        "severity": one.severity.word,
        "message": one.message,
    }
