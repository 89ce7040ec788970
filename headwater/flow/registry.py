"""Which pipelines there are: those of the entry-point group `headwater.pipelines`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from headwater.errors import Missing
from headwater.observe import LogEvent, log
from headwater.sdk.pipeline import Pipeline

GROUP: Final = "headwater.pipelines"


class Pipelines:
    """The pipelines by name, loaded when they are first asked for."""

    def __init__(self, known: Mapping[str, Pipeline] | None = None) -> None:
        self._known = None if known is None else dict(known)

    def all(self) -> Mapping[str, Pipeline]:
        """Return every pipeline that can be loaded; one that cannot is logged and left out."""
        if self._known is None:
            self._known = _load()
        return self._known

    def get(self, name: str) -> Pipeline:
        """Return a pipeline; raises `Missing` with the names that there are."""
        found = self.all().get(name)
        if found is None:
            names = ", ".join(sorted(self.all())) or "none"
            raise Missing(f"there is no pipeline {name!r}", hint=f"there are: {names}")
        return found


def _load() -> dict[str, Pipeline]:
    found: dict[str, Pipeline] = {}
    for point in entry_points(group=GROUP):
        try:
            pipeline = point.load()
        except Exception:
            logging.getLogger("headwater").exception(LogEvent.PIPELINE_LEFT_OUT.value)
            continue
        if isinstance(pipeline, Pipeline):
            found[pipeline.name] = pipeline
        else:
            log(
                LogEvent.PIPELINE_LEFT_OUT,
                level=logging.WARNING,
                entry_point=point.value,
                type=type(pipeline).__name__,
            )
    return found
