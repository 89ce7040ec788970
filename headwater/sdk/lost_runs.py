"""Runs whose process is gone without having ended them, found in what it left behind."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from headwater.sdk import facets as make
from headwater.sdk.events import facet_text, to_text

_ENDS: Final = frozenset({"COMPLETE", "FAIL", "ABORT"})
_WHY: Final = (
    "the process ended without saying how: it was killed, or its machine stopped; "
    "this is the time of its last sign of life"
)


def ends_of_lost_runs(events: Iterable[bytes]) -> list[bytes]:
    """Return an ABORT for each run that was begun and not ended, at the last time in the events.

    Equal events give equal bytes, so telling it twice is telling it once.
    """
    begun: dict[tuple[str, str, str], dict[str, object]] = {}
    last = ""
    for event in events:
        try:
            said = json.loads(event)
            key = (said["run"]["runId"], said["job"]["namespace"], said["job"]["name"])
            kind, time = str(said.get("eventType")), str(said["eventTime"])
        except (KeyError, TypeError, ValueError):
            continue
        last = max(last, time)
        if kind == "START":
            begun[key] = said
        elif kind in _ENDS:
            begun.pop(key, None)
    return [_end(said, last) for said in begun.values()]


def _end(start: dict[str, object], time: str) -> bytes:
    error = json.loads(facet_text(make.error_message(_WHY), "run"))
    run = start["run"]
    assert isinstance(run, dict)
    run = {**run, "facets": {**run.get("facets", {}), "errorMessage": error}}
    return to_text({**start, "eventType": "ABORT", "eventTime": time, "run": run}).encode("ascii")
