"""The door for records: take in, make durable, answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Final

from headwater.clock import Clock
from headwater.errors import Busy, HeadwaterError, Invalid
from headwater.ingest.frame import Frame
from headwater.ingest.group_commit import GroupCommit
from headwater.ingest.idempotency import Claim, IdempotencyKeys, check_key
from headwater.ingest.rates import RecordRates, counts_of
from headwater.ingest.record_log import RecordLog
from headwater.ingest.record_writes import EPOCH, MICROSECOND, RecordWrites, Request, Write
from headwater.ingest.settings import IngestSettings
from headwater.ingest.validators import SourceValidators
from headwater.lake.contract import Quarantine
from headwater.model.principal import Principal
from headwater.model.record import DOOR, Admission, QuarantinedRecord, Rejection
from headwater.observe import INGEST_RECORDS
from headwater.wire.records.body import Body, Flaw

BIG_BODY_BYTES: Final = 256 * 1024
"""Above this a body is parsed on a thread, so that small requests need not wait for it."""


class RecordDoor:
    """Takes bodies of records in and answers when they are durable.

    One log for all sources; concurrent requests share a commit. Records that are wrong are in
    quarantine before the answer. Full queues raise `Busy`, a full disk `StorageFull`.
    """

    def __init__(
        self,
        log: RecordLog,
        *,
        quarantine: Quarantine,
        keys: IdempotencyKeys,
        validators: SourceValidators,
        settings: IngestSettings,
        clock: Clock,
    ) -> None:
        self._log = log
        self._quarantine = quarantine
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self.rates = RecordRates(clock)
        self._writes = RecordWrites(validators, clock)
        self._waiting_bytes = 0
        self._waiting_lock = threading.Lock()
        self._commits: GroupCommit[Request, None] = GroupCommit(
            self._commit,
            name="the record log",
            capacity=settings.max_waiting_requests,
            prepare=self._writes.fill_all,
        )

    async def admit(
        self,
        body: bytes,
        principal: Principal,
        *,
        source: str | None = None,
        key: str | None = None,
    ) -> Admission:
        """Take a body of records, or with `source` of bare payloads; return once durable.

        Raises `Malformed`, `Unprocessable`, `Conflict`, `Busy`, `StorageFull`.
        """
        if key is None:
            request = Request(body, principal, source)
            if not request.is_small:
                await self._fill(request)
            await self._enqueue(request)
            return request.result()
        return await self._admit_once(body, principal, source, key)

    async def _admit_once(
        self, body: bytes, principal: Principal, source: str | None, key: str
    ) -> Admission:
        """Take a body in, unless one with its key was: then return what became of that."""
        claim = self._claim(body, principal, source, key)
        while (held := self._keys.claim(claim)) is not claim:
            outcome = asyncio.wrap_future(held.outcome)
            await asyncio.wait([outcome])
            if outcome.exception() is None:  # else it failed, so the key is free again
                return outcome.result()
        request = Request(body, principal, source, claim)
        try:
            known = await asyncio.to_thread(self._keys.find_sealed, claim)
            if known is not None:
                self._keys.pass_on(claim, known)
                return known
            await self._fill(request)
            waiting = self._enqueue(request)
        except BaseException as error:
            self._keys.abandon(claim, error)
            raise
        await waiting
        return request.result()

    async def _fill(self, request: Request) -> None:
        if len(request.sent) > BIG_BODY_BYTES:
            await asyncio.to_thread(self._writes.fill, request)
        else:
            self._writes.fill(request)

    def admit_now(
        self, body: bytes, principal: Principal, *, source: str | None = None
    ) -> Admission:
        """Do the same from a thread, without a key."""
        request = Request(body, principal, source)
        self._writes.fill(request)
        self._submit(request)
        return request.result()

    def readmit(self, records: Sequence[QuarantinedRecord], principal: Principal) -> Admission:
        """Take quarantined records in again, in one write with the note that they were.

        A record that is still wrong stays where it is and has its error in the answer.
        """
        taken: list[tuple[str, bytes]] = []
        keys: list[str] = []
        ids: list[str | None] = [None] * len(records)
        errors: list[Rejection] = []
        places: list[int] = []
        for index, record in enumerate(records):
            try:
                body = self._writes.parse(record.data, record.source or None)
            except Invalid as error:
                errors.append(Rejection(index=index, path=error.path or "", reason=error.message))
                continue
            flaw = body.flaws.get(0) if len(body.raws) == 1 else _NOT_ONE
            if flaw is not None:
                errors.append(Rejection(index=index, path=flaw.path, reason=flaw.reason))
                continue
            taken.append((body.sources[0], body.raws[0]))
            keys.append(record.key)
            places.append(index)
        if taken:
            whole = Body(True, [s for s, _ in taken], [r for _, r in taken], [])
            request = Request(b"", principal)
            request.fill(self._writes.write(whole, principal, replays=keys))
            self._submit(request)
            for place, id_ in zip(places, request.result().ids, strict=True):
                ids[place] = id_
        return Admission(ids=tuple(ids), errors=tuple(errors))

    def close(self) -> None:
        """Commit what waits; requests after this raise `Unavailable`."""
        self._commits.close()

    def _claim(self, body: bytes, principal: Principal, source: str | None, key: str) -> Claim:
        check_key(key)
        digest = sha256(b"%b\n%b" % ((source or "").encode(errors="replace"), body)).digest()
        expires_at = self._clock.now() + timedelta(hours=self._settings.idempotency_hours)
        return Claim(principal.name, key, digest, expires_at)

    def _enqueue(self, request: Request) -> asyncio.Future[None]:
        self._reserve(request)
        try:
            return self._commits.enqueue(request)
        except HeadwaterError:
            self._release(request.size)
            raise

    def _submit(self, request: Request) -> None:
        self._reserve(request)
        try:
            self._commits.submit(request)
        except HeadwaterError:
            if not request.is_taken:
                self._release(request.size)
            raise

    def _reserve(self, request: Request) -> None:
        """Make room in the queue for the bytes of a request."""
        request.size = size = len(request.sent if request.write is None else request.write.data)
        with self._waiting_lock:
            most = self._settings.max_waiting_bytes
            if self._waiting_bytes and self._waiting_bytes + size > most:
                raise Busy(f"the record log has {self._waiting_bytes} bytes waiting of {most}")
            self._waiting_bytes += size

    def _release(self, size: int) -> None:
        with self._waiting_lock:
            self._waiting_bytes -= size

    def _commit(self, requests: Sequence[Request]) -> Sequence[Exception | None]:
        """Make a group durable: the log first, then the quarantine rows that replay repeats."""
        writes: dict[int, Write] = {}
        size = 0
        for request in requests:
            request.is_taken = True
            size += request.size
            if request.write is not None:
                writes[id(request.write)] = request.write
        failed = self._append([*writes.values()])
        self._release(size)
        outcomes = [
            request.error if request.write is None else failed.get(id(request.write))
            for request in requests
        ]
        for request, outcome in zip(requests, outcomes, strict=True):
            if request.claim is not None:
                self._settle(request.claim, request.result(), outcome)
        self._count([write.frame for key, write in writes.items() if key not in failed])
        return outcomes

    def _append(self, writes: Sequence[Write]) -> dict[int, Exception]:
        """Log writes and keep what they reject; return what went wrong, by identity."""
        if not writes:
            return {}
        try:
            log, offset = self._log.append(b"".join([write.data for write in writes]))
        except Exception as error:  # noqa: BLE001  # the outcome of every write
            return {id(write): error for write in writes}
        return self._keep_rejects(writes, log, offset)

    def _count(self, frames: Sequence[Frame]) -> None:
        counts = [*counts_of(frames)]
        self.rates.note(counts)
        INGEST_RECORDS.add(sum(accepted for _, accepted, _ in counts), outcome="accepted")
        rejected = sum(rejected for _, _, rejected in counts)
        if rejected:
            INGEST_RECORDS.add(rejected, outcome="rejected")

    def _settle(self, claim: Claim, admission: Admission, outcome: Exception | None) -> None:
        if outcome is None:
            self._keys.settle(claim, admission)
        else:
            self._keys.abandon(claim, outcome)

    def _keep_rejects(self, writes: Sequence[Write], log: str, offset: int) -> dict[int, Exception]:
        rows: list[QuarantinedRecord] = []
        replayed: list[str] = []
        concerned: list[Write] = []
        for write in writes:
            if write.frame.rejects or write.frame.replays:
                concerned.append(write)
                rows += rejected_rows(write.frame, log, offset)
                replayed += write.frame.replays
            offset += len(write.data)
        if not concerned:
            return {}
        try:
            self._quarantine.add(rows)
            self._quarantine.mark_replayed(replayed, self._clock.now())
        except Exception as error:  # noqa: BLE001  # the outcome of these; start-up repeats it
            return {id(write): error for write in concerned}
        return {}


_NOT_ONE: Final = Flaw("", "is not one record", "", b"")


def rejected_rows(frame: Frame, log: str, offset: int) -> list[QuarantinedRecord]:
    """Return the quarantine rows of a frame, keyed by where it stands."""
    received_at = EPOCH + frame.received * MICROSECOND
    return [
        QuarantinedRecord(
            key=f"{log}-{offset:012d}-{reject.index:06d}",
            source=reject.source,
            stage=DOOR,
            received_at=received_at,
            path=reject.path,
            reason=reject.reason,
            data=reject.data,
        )
        for reject in frame.rejects
    ]
