"""The compiled schema of each source, for the door."""

from __future__ import annotations

from headwater.errors import Missing
from headwater.lake.contract import Registry
from headwater.wire.records.schema import RecordValidator


class SourceValidators:
    """The latest registered schema of each source, compiled once.

    A source without one, or with one that was only proposed, has no validator: all its records
    are taken. `forget` must be called after each new version.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._compiled: dict[str, RecordValidator | None] = {}

    def get(self, source: str) -> RecordValidator | None:
        """Return the source's validator; the first call for a source reads the registry."""
        try:
            return self._compiled[source]
        except KeyError:
            validator = self._compiled[source] = self._compile(source)
            return validator

    def forget(self, source: str) -> None:
        """Read the source's schema again at its next record."""
        self._compiled.pop(source, None)

    def _compile(self, source: str) -> RecordValidator | None:
        try:
            latest = self._registry.get(source)
        except Missing:
            return None
        return None if latest.proposed else RecordValidator(latest.schema)
