"""An admission as the JSON that the client gets, and back."""

from __future__ import annotations

from typing import Final

import msgspec

from headwater.model.record import Admission, Rejection


class _Error(msgspec.Struct):
    index: int
    path: str
    reason: str


class _Answer(msgspec.Struct):
    accepted: int
    rejected: int
    ids: list[str | None]
    errors: list[_Error]


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Answer).decode


def write_answer(admission: Admission) -> bytes:
    """Return the body of the 202 answer."""
    if len(admission.ids) == 1 and admission.ids[0] is not None:  # most have one, without quotes
        return b'{"accepted":1,"rejected":0,"ids":["%b"],"errors":[]}' % admission.ids[0].encode()
    rejected = len(admission.errors)
    return _encode(
        _Answer(
            len(admission.ids) - rejected,
            rejected,
            list(admission.ids),
            [_Error(e.index, e.path, e.reason) for e in admission.errors],
        )
    )


def read_answer(body: bytes) -> Admission:
    """Return the admission that an answer tells of."""
    answer = _decode(body)
    errors = tuple(Rejection(index=e.index, path=e.path, reason=e.reason) for e in answer.errors)
    return Admission(ids=tuple(answer.ids), errors=errors)
