"""Bodies of records as writes to the log: parse, check, name, frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from headwater.clock import Clock
from headwater.errors import Unprocessable
from headwater.ingest.answers import write_answer
from headwater.ingest.frame import Frame, Reject, write_frame
from headwater.ingest.idempotency import Claim
from headwater.ingest.raw_lines import ReceivedTimes, RecordIds, parts_of
from headwater.ingest.validators import SourceValidators
from headwater.model.names import is_source
from headwater.model.principal import Principal
from headwater.model.record import Admission, Rejection
from headwater.wire.records.body import (
    Body,
    Flaw,
    parse_payloads,
    parse_records,
    parse_singles,
    source_flaw,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)

_MOST_SMALL_BYTES: Final = 4 * 1024


class Write(msgspec.Struct):
    """One frame of the log, and what is said to whom once it is durable: `ids` of all of it."""

    data: bytes
    frame: Frame
    admission: Admission


class Request(msgspec.Struct):
    """A body on its way to the log: first as it was sent, then with the write that holds it."""

    sent: bytes
    principal: Principal
    source: str | None = None
    claim: Claim | None = None
    write: Write | None = None
    admission: Admission | None = None
    error: Exception | None = None
    size: int = 0
    is_taken: bool = False

    @property
    def is_small(self) -> bool:
        """Tell whether its write can be made later, in one with those of others."""
        sent = self.sent
        return len(sent) <= _MOST_SMALL_BYTES and sent[:1] == b"{" and sent[-1:] == b"}"

    def fill(self, write: Write) -> None:
        """Take a write that holds this request alone."""
        self.write = write
        self.admission = write.admission

    def result(self) -> Admission:
        """Return what became of its records, once it was filled."""
        assert self.admission is not None
        return self.admission


class RecordWrites:
    """Makes writes of bodies. A request alone costs three times what one among others does."""

    def __init__(self, validators: SourceValidators, clock: Clock) -> None:
        self._validators = validators
        self._clock = clock
        self._ids = RecordIds()
        self._times = ReceivedTimes()

    def fill(self, request: Request) -> None:
        """Make the write of one request; raises `Malformed`, `Unprocessable`."""
        source = request.source
        if source is not None and not is_source(source):
            raise Unprocessable(source_flaw(source), path="/source")
        body = self.parse(request.sent, source)
        if body.flaws and not body.is_batch and not body.flaws[0].source:
            flaw = body.flaws[0]
            raise Unprocessable(f"{flaw.path or 'the record'} {flaw.reason}", path=flaw.path)
        request.fill(self.write(body, request.principal, request.claim))

    def fill_all(self, requests: Sequence[Request]) -> None:
        """Make the writes of those that waited for it; what is wrong with one is its `error`."""
        for some in _alike(requests):
            self._fill_some(some)

    def _fill_some(self, requests: Sequence[Request]) -> None:
        """Make one write of requests, or one of each where that cannot be."""
        is_alone = len(requests) == 1
        try:
            if is_alone:
                self.fill(requests[0])
            elif self._fill_together(requests):
                return
        except Exception as error:  # noqa: BLE001  # the outcome of the request that it belongs to
            if is_alone:
                requests[0].error = error
        if not is_alone:
            for request in requests:
                self._fill_some([request])

    def parse(self, sent: bytes, source: str | None) -> Body:
        """Parse and check a body of records, or with `source` of bare payloads."""
        if source is None:
            body = parse_records(sent)
            self._check(body, "/data")
        else:
            body = parse_payloads(sent, source)
            self._check(body, "")
        return body

    def write(
        self,
        body: Body,
        principal: Principal,
        claim: Claim | None = None,
        *,
        replays: Sequence[str] = (),
    ) -> Write:
        """Name the records of a body and frame them."""
        moment = (self._clock.now() - EPOCH) // MICROSECOND
        ids: list[str | None] = [*self._ids.take(moment, len(body.raws))]
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
        return Write(write_frame(frame), frame, admission)

    def _fill_together(self, requests: Sequence[Request]) -> bool:
        """Make one write of requests that are each a record without flaws, else return False."""
        first = requests[0]
        if first.source is not None and not is_source(first.source):
            return False
        body = parse_singles([request.sent for request in requests], first.source)
        if body is None:
            return False
        self._check(body, "")
        if body.flaws:
            return False
        write = self.write(body, first.principal)
        for request, id_ in zip(requests, write.admission.ids, strict=True):
            request.write = write
            request.admission = Admission(ids=(id_,), errors=())
        return True

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


def _alike(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    """Yield what can share a write: of one principal, for one source or with it inside."""
    found: dict[tuple[str, str | None], list[Request]] = defaultdict(list)
    for request in requests:
        if request.write is None:
            found[request.principal.name, request.source].append(request)
    yield from found.values()
