"""What a stage sees of its run while it works, and what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any, Final

from headwater.errors import Denied
from headwater.flow.runs import Rejected
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.pipeline import Parameters, Record, Records

BATCH_RECORDS: Final = 2_000
MOST_REJECTS: Final = 100

Send = Callable[[str, bytes, str], int]
"""Takes (source, records as lines, idempotency key); returns how many were accepted."""


class RunContext:
    """The context of one attempt of one stage; see `sdk.pipeline.StageContext`."""

    def __init__(
        self,
        run_id: str,
        stage: str,
        parameters: Parameters,
        *,
        files: Path,
        send: Send,
        cancelled: Event,
    ) -> None:
        self.run_id = run_id
        self.parameters = parameters
        self.inputs: list[DatasetInfo] = []
        self.outputs: list[DatasetInfo] = []
        self.sources: list[str] = []
        self.rejected = 0
        self.rejects: list[Rejected] = []
        self._stage = stage
        self._files = files
        self._send = send
        self._cancelled = cancelled
        self._sent = 0

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked the run to stop."""
        return self._cancelled.is_set()

    def file(self, name: str) -> Path:
        """Return a file below the folder that pipelines may open; raises `Denied` for any other."""
        root = self._files.resolve()
        path = (root / name).resolve()
        if root not in path.parents:
            raise Denied(
                f"a pipeline may not open {name!r}", hint=f"put the file below {self._files}"
            )
        return path

    def reads(self, dataset: DatasetInfo) -> None:
        """Name a dataset that the stage reads."""
        self.inputs.append(dataset)

    def writes(self, dataset: DatasetInfo) -> None:
        """Name a dataset that the stage writes."""
        self.outputs.append(dataset)

    def reject(self, record: Record, reason: str) -> None:
        """Count a record that is left out; the first hundred are kept."""
        self.rejected += 1
        if len(self.rejects) < MOST_REJECTS:
            plain: dict[str, Any] = json.loads(json.dumps(dict(record), default=str))
            self.rejects.append(Rejected(reason=reason, record=plain))

    def send(self, source: str, records: Records) -> int:
        """Send records into the lake as a source; the run is the idempotency key."""
        if source not in self.sources:
            self.sources.append(source)
        taken = 0
        for lines in _batches(records):
            key = f"{self.run_id}.{self._stage}.{self._sent}"
            self._sent += 1
            taken += self._send(source, lines, key)
        return taken


def _batches(records: Records) -> Iterator[bytes]:
    """Yield records as lines of JSON, some at a time."""
    waiting = iter(records)
    while batch := list(islice(waiting, BATCH_RECORDS)):
        lines = [json.dumps(dict(record), default=str, ensure_ascii=False) for record in batch]
        yield "\n".join(lines).encode()
