"""Which runs of a job speak for it: those of now, of another time, of a window, or one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from headwater.model.lineage import Moment

Mode = Literal["current", "union", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How to look at the graph.

    `as_of` leaves out events after that event time, `known_at` events after that sequence. Of
    what is left, `mode` current takes what DESIGN calls current, `union` every run with an
    event from `since` to `until`, and `run` the run with the id `run` and all runs below it.
    """

    mode: Mode = "current"
    as_of: Moment | None = None
    known_at: int | None = None
    since: Moment | None = None
    until: Moment | None = None
    run: UUID | None = None


NOW: Final = Lens()
