"""The door for records: parse, check, make durable, answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from headwater.clock import Clock
from headwater.errors import Busy, HeadwaterError, Invalid, Unprocessable
from headwater.ingest.answers import write_answer
from headwater.ingest.frame import Frame, Reject, write_frame
from headwater.ingest.group_commit import GroupCommit
from headwater.ingest.idempotency import Claim, IdempotencyKeys, check_key
from headwater.ingest.rates import RecordRates, counts_of
from headwater.ingest.raw_lines import ReceivedTimes, RecordIds, parts_of
from headwater.ingest.record_log import RecordLog
from headwater.ingest.settings import IngestSettings
from headwater.ingest.validators import SourceValidators
from headwater.lake.contract import Quarantine
from headwater.model.names import is_source
from headwater.model.principal import Principal
from headwater.model.record import DOOR, Admission, QuarantinedRecord, Rejection
from headwater.observe import INGEST_RECORDS
from headwater.wire.records.body import Body, Flaw, parse_payloads, parse_records, source_flaw

BIG_BODY_BYTES: Final = 256 * 1024
"""Above this a body is parsed on a thread, so that small requests need not wait for it."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class _Write(msgspec.Struct):
    """A request on its way to the log."""

    data: bytes
    frame: Frame
    admission: Admission
    claim: Claim | None
    is_taken: bool = False


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
        self._validators = validators
        self._settings = settings
        self._clock = clock
        self.rates = RecordRates(clock)
        self._ids = RecordIds()
        self._times = ReceivedTimes()
        self._waiting_bytes = 0
        self._waiting_lock = threading.Lock()
        self._commits: GroupCommit[_Write, None] = GroupCommit(
            self._commit, name="the record log", capacity=settings.max_waiting_requests
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
        claim = None
        if key is not None:
            claim = self._claim(body, principal, source, key)
            while (held := self._keys.claim(claim)) is not claim:
                try:
                    return await asyncio.wrap_future(held.outcome)
                except Exception:  # noqa: BLE001, S112  # it failed, so the key is free again
                    continue
            try:
                known = await asyncio.to_thread(self._keys.find_sealed, claim)
            except BaseException as error:
                self._keys.abandon(claim, error)
                raise
            if known is not None:
                self._keys.pass_on(claim, known)
                return known
        try:
            if len(body) > BIG_BODY_BYTES:
                write = await asyncio.to_thread(self._prepare, body, principal, source, claim)
            else:
                write = self._prepare(body, principal, source, claim)
            waiting = self._enqueue(write)
        except BaseException as error:
            if claim is not None:
                self._keys.abandon(claim, error)
            raise
        await waiting
        return write.admission

    def admit_now(
        self, body: bytes, principal: Principal, *, source: str | None = None
    ) -> Admission:
        """Do the same from a thread, without a key."""
        write = self._prepare(body, principal, source, None)
        self._submit(write)
        return write.admission

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
                body = self._parse(record.data, record.source or None)
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
            write = self._write(whole, principal, None, replays=keys)
            self._submit(write)
            for place, id_ in zip(places, write.admission.ids, strict=True):
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

    def _prepare(
        self, sent: bytes, principal: Principal, source: str | None, claim: Claim | None
    ) -> _Write:
        if source is not None and not is_source(source):
            raise Unprocessable(source_flaw(source), path="/source")
        body = self._parse(sent, source)
        if body.flaws and not body.is_batch and not body.flaws[0].source:
            flaw = body.flaws[0]
            raise Unprocessable(f"{flaw.path or 'the record'} {flaw.reason}", path=flaw.path)
        return self._write(body, principal, claim)

    def _parse(self, sent: bytes, source: str | None) -> Body:
        if source is None:
            body = parse_records(sent)
            prefix = "/data"
        else:
            body = parse_payloads(sent, source)
            prefix = ""
        self._check(body, prefix)
        return body

    def _check(self, body: Body, prefix: str) -> None:
        """Add a flaw for each record that its source's schema does not allow."""
        latest = ""
        validator = None
        for index, name in enumerate(body.sources):
            if name != latest:
                latest = name
                validator = self._validators.get(name) if name else None
            if validator is None or index in body.flaws:
                continue
            wrong = validator.flaw(body.values[index])
            if wrong is not None:
                path, reason = wrong
                body.flaws[index] = Flaw(prefix + path, reason, name, body.raws[index])

    def _write(
        self,
        body: Body,
        principal: Principal,
        claim: Claim | None,
        *,
        replays: Sequence[str] = (),
    ) -> _Write:
        moment = (self._clock.now() - _EPOCH) // _MICROSECOND
        ids: list[str | None] = self._ids.take(moment, len(body.raws))  # type: ignore[assignment]
        errors: tuple[Rejection, ...] = ()
        rejects: list[Reject] = []
        if body.flaws:
            flaws = sorted(body.flaws.items())
            for index, _ in flaws:
                ids[index] = None
            errors = tuple(Rejection(index=i, path=f.path, reason=f.reason) for i, f in flaws)
            rejects = [Reject(i, f.source, f.path, f.reason, f.data) for i, f in flaws]
        admission = Admission(ids=tuple(ids), errors=errors)
        parts = parts_of(body, ids, self._times.write(moment))
        frame = Frame(moment, principal.name, parts, rejects, list(replays))
        if claim is not None:
            frame.key, frame.digest = claim.key, claim.digest
            frame.answer = write_answer(admission)
        return _Write(write_frame(frame), frame, admission, claim)

    def _enqueue(self, write: _Write) -> asyncio.Future[None]:
        self._reserve(len(write.data))
        try:
            return self._commits.enqueue(write)
        except HeadwaterError:
            self._release(len(write.data))
            raise

    def _submit(self, write: _Write) -> None:
        self._reserve(len(write.data))
        try:
            self._commits.submit(write)
        except HeadwaterError:
            if not write.is_taken:
                self._release(len(write.data))
            raise

    def _reserve(self, size: int) -> None:
        """Make room in the queue for the bytes of a write."""
        with self._waiting_lock:
            most = self._settings.max_waiting_bytes
            if self._waiting_bytes and self._waiting_bytes + size > most:
                raise Busy(f"the record log has {self._waiting_bytes} bytes waiting of {most}")
            self._waiting_bytes += size

    def _release(self, size: int) -> None:
        with self._waiting_lock:
            self._waiting_bytes -= size

    def _commit(self, writes: Sequence[_Write]) -> Sequence[Exception | None]:
        """Make a group durable: the log first, then the quarantine rows that replay repeats."""
        for write in writes:
            write.is_taken = True
        frames = b"".join([write.data for write in writes])
        outcomes: list[Exception | None]
        try:
            log, offset = self._log.append(frames)
        except Exception as error:  # noqa: BLE001  # the outcome of every write
            outcomes = [error] * len(writes)
        else:
            outcomes = [None] * len(writes)
            self._keep_rejects(writes, log, offset, outcomes)
        self._release(len(frames))
        accepted = rejected = 0
        for write, outcome in zip(writes, outcomes, strict=True):
            if outcome is None:
                accepted += len(write.admission.ids)
                rejected += len(write.admission.errors)
            if write.claim is not None:
                self._settle(write.claim, write.admission, outcome)
        durable = zip(writes, outcomes, strict=True)
        self.rates.note(counts_of(write.frame for write, outcome in durable if outcome is None))
        INGEST_RECORDS.add(accepted - rejected, outcome="accepted")
        if rejected:
            INGEST_RECORDS.add(rejected, outcome="rejected")
        return outcomes

    def _settle(self, claim: Claim, admission: Admission, outcome: Exception | None) -> None:
        if outcome is None:
            self._keys.settle(claim, admission)
        else:
            self._keys.abandon(claim, outcome)

    def _keep_rejects(
        self,
        writes: Sequence[_Write],
        log: str,
        offset: int,
        outcomes: list[Exception | None],
    ) -> None:
        rows: list[QuarantinedRecord] = []
        replayed: list[str] = []
        concerned = []
        for place, write in enumerate(writes):
            if write.frame.rejects or write.frame.replays:
                concerned.append(place)
                rows += rejected_rows(write.frame, log, offset)
                replayed += write.frame.replays
            offset += len(write.data)
        if not concerned:
            return
        try:
            self._quarantine.add(rows)
            self._quarantine.mark_replayed(replayed, self._clock.now())
        except Exception as error:  # noqa: BLE001  # the outcome of these; start-up repeats it
            for place in concerned:
                outcomes[place] = error


_NOT_ONE: Final = Flaw("", "is not one record", "", b"")


def rejected_rows(frame: Frame, log: str, offset: int) -> list[QuarantinedRecord]:
    """Return the quarantine rows of a frame, keyed by where it stands."""
    received_at = _EPOCH + frame.received * _MICROSECOND
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
