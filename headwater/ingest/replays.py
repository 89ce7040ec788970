"""Quarantined records going in again, as they are or fixed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from headwater.errors import Conflict, Unprocessable
from headwater.ingest.record_door import RecordDoor
from headwater.lake.contract import Quarantine
from headwater.model.principal import Principal
from headwater.model.record import Admission, QuarantinedRecord

MOST_AT_ONCE = 1000


class Replays:
    """Sends quarantined records through the door. A record goes in once, however often asked."""

    def __init__(self, quarantine: Quarantine, door: RecordDoor) -> None:
        self._quarantine = quarantine
        self._door = door
        self._lock = threading.Lock()

    def replay(self, key: str, principal: Principal, *, data: bytes | None = None) -> Admission:
        """Send one record in, with `data` in place of its own; raises `Missing`, `Conflict`.

        Raises `Unprocessable` with the path when it is still wrong; it then stays as it is.
        """
        with self._lock:
            record = self._quarantine.get(key)
            if record.replayed_at is not None:
                raise Conflict(
                    f"{key!r} was replayed at {record.replayed_at.isoformat()}",
                    hint="send a new record to /ingest instead",
                )
            if data is not None:
                record = replace(record, data=data)
            admission = self._door.readmit([record], principal)
        if admission.errors:
            error = admission.errors[0]
            raise Unprocessable(f"{error.path or 'the record'}: {error.reason}", path=error.path)
        return admission

    def replay_all(
        self, keys: Sequence[str], principal: Principal
    ) -> tuple[tuple[QuarantinedRecord, ...], Admission]:
        """Send many in; return those that still waited, and in the same order what became of them.

        Those still wrong stay and have their error in the answer.
        """
        with self._lock:
            current = [self._quarantine.get(key) for key in keys]
            waiting = tuple(record for record in current if record.replayed_at is None)
            return waiting, self._door.readmit(waiting, principal)
