"""The sources of records, each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headwater.api.shapes.ingest import SourceLine
from headwater.errors import Missing
from headwater.lake.contract import Quarantine, Registry, SourceSchema
from headwater.lake.manifest import SourceTotal, SqlManifest
from headwater.query.ingest_rate import IngestRate


class Sources:
    """Tells of sources out of the manifest, the registry, the quarantine and the door's counts."""

    def __init__(
        self,
        manifest: SqlManifest,
        *,
        registry: Registry,
        quarantine: Quarantine,
        rate: IngestRate,
    ) -> None:
        self._manifest = manifest
        self._registry = registry
        self._quarantine = quarantine
        self._rate = rate
        self._rates = rate.rates

    def all(self) -> list[SourceLine]:
        """Return every source that has records or a schema."""
        totals = {total.source: total for total in self._manifest.totals()}
        latest = {schema.source: schema for schema in self._registry.find()}
        names = totals.keys() | latest.keys() | self._rates.waiting().keys()
        counts = _Counts(
            quarantined=self._quarantine.waiting(),
            unsealed=self._rates.waiting(),
            counted_at=self._rates.last_at(),
            accepted=self._rate.last_hour(),
            rejected=self._rate.rejected_last_hour(),
        )
        return [
            _line(name, total=totals.get(name), schema=latest.get(name), counts=counts)
            for name in sorted(names)
        ]

    def one(self, name: str) -> SourceLine:
        """Return one source; raises `Missing`."""
        for line in self.all():
            if line["source"] == name:
                return line
        raise Missing(
            f"there is no source {name[:100]!r}",
            hint=f"send a record to /ingest/{name[:63]}, or register a schema for it",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """What is counted of every source, by its name."""

    quarantined: Mapping[str, int]
    unsealed: Mapping[str, int]
    counted_at: Mapping[str, datetime]
    accepted: Mapping[str, int]
    rejected: Mapping[str, int]


def _line(
    name: str, *, total: SourceTotal | None, schema: SourceSchema | None, counts: _Counts
) -> SourceLine:
    unsealed = counts.unsealed.get(name, 0)
    sealed_at = total.last_at if total else None
    counted_at = counts.counted_at.get(name) if unsealed else None
    times = [time for time in (sealed_at, counted_at) if time is not None]
    return {
        "source": name,
        "records": total.records if total else 0,
        "size_bytes": total.size_bytes if total else 0,
        "segments": total.segments if total else 0,
        "first_at": total.first_at if total else None,
        "last_at": sealed_at,
        "schema_version": schema.version if schema else None,
        "schema_proposed": schema.proposed if schema else None,
        "quarantined": counts.quarantined.get(name, 0),
        "unsealed": unsealed,
        "received_at": max(times, default=None),
        "accepted_last_hour": counts.accepted.get(name, 0),
        "rejected_last_hour": counts.rejected.get(name, 0),
    }
