"""The schema of a source that nobody registered, from all of its new records."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from headwater.wire.records.inference import Inference
from headwater.wire.records.values import decode

_LINES: Final = 10_000


class _Line(msgspec.Struct, gc=False):
    data: Any


class _RawLine(msgspec.Struct, gc=False):
    data: msgspec.Raw


_DECODER: Final = msgspec.json.Decoder(_Line)
_RAW_DECODER: Final = msgspec.json.Decoder(_RawLine)


def propose_schema(paths: Iterable[Path]) -> dict[str, Any]:
    """Return a schema that every record of these segments satisfies."""
    inference = Inference()
    for path in paths:
        with path.open("rb") as file:
            while lines := list(islice(file, _LINES)):
                inference.add(_values(lines))
    return inference.schema()


def _values(lines: list[bytes]) -> list[Any]:
    try:
        return [line.data for line in _DECODER.decode_lines(b"".join(lines))]
    except msgspec.MsgspecError:
        return [decode(bytes(_RAW_DECODER.decode(line).data)) for line in lines]
