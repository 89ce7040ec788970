"""Schemas for sources that nobody declared, from the records that are sealed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final

from headwater.errors import Invalid, Missing
from headwater.ingest.turns import in_turns
from headwater.lake.contract import Registry
from headwater.observe import LogEvent, log
from headwater.wire.records.inference import Inference
from headwater.wire.records.values import decode

LINES_AT_ONCE: Final = 50


class Proposals:
    """Proposes a schema for each source without a registered one, and adds to it later."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def look(self, source: str, chunks: Sequence[bytes]) -> None:
        """Read lines of the raw zone and propose what they have that the schema lacks."""
        try:
            if not self._registry.get(source).proposed:
                return
        except Missing:
            pass
        inference = Inference()
        for records in in_turns(_data_of(chunks)):
            inference.add(records)
        try:
            self._registry.propose(source, inference.schema())
        except Invalid as error:
            log(
                LogEvent.PROPOSAL_FAILED, level=logging.WARNING, source=source, reason=error.message
            )


def _data_of(chunks: Sequence[bytes]) -> Iterator[list[Any]]:
    """Yield the data of the lines, some at a time."""
    for chunk in chunks:
        lines = chunk.splitlines()
        for start in range(0, len(lines), LINES_AT_ONCE):
            yield [decode(line)["data"] for line in lines[start : start + LINES_AT_ONCE]]
