"""What a stage sees of its run while it works, and what it leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Final

from headwater.errors import Denied
from headwater.flow.runs import Rejected
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.pipeline import Parameters, Record, Records

BATCH_RECORDS: Final = 2_000
MOST_REJECTS: Final = 100
MOST_REJECT_CHARACTERS: Final = 2_000

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
        self.taken: int | None = None
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
            self.rejects.append(Rejected(reason=reason, record=_plain(record)))

    def send(self, source: str, records: Records) -> int:
        """Send records into the lake as a source; the run is the idempotency key.

        What the schema of the source refuses counts as rejected, and is in the quarantine.
        """
        if source not in self.sources:
            self.sources.append(source)
        taken = 0
        for batch in _batches(records):
            key = f"{self.run_id}.{self._stage}.{self._sent}"
            self._sent += 1
            lines = [json.dumps(dict(record), default=str, ensure_ascii=False) for record in batch]
            of_batch = self._send(source, "\n".join(lines).encode(), key)
            taken += of_batch
            self._refused(source, len(batch) - of_batch)
        self.taken = taken + (self.taken or 0)
        return taken

    def _refused(self, source: str, count: int) -> None:
        self.rejected += count
        if count and len(self.rejects) < MOST_REJECTS:
            reason = f"the source {source} refused {count:,} records; see its quarantine"
            self.rejects.append(Rejected(reason=reason, record={}))


def _batches(records: Records) -> Iterator[list[Record]]:
    waiting = iter(records)
    while batch := list(islice(waiting, BATCH_RECORDS)):
        yield batch


def _plain(record: Record) -> Mapping[str, object]:
    """Return a record as JSON has it; of a huge one the start, as text."""
    text = json.dumps(dict(record), default=str)
    if len(text) > MOST_REJECT_CHARACTERS:
        return {"cut": text[:MOST_REJECT_CHARACTERS]}
    found: dict[str, object] = json.loads(text)
    return found
