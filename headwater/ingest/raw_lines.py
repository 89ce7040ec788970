"""Accepted records as lines of the raw zone, and the ids that they get."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import chain, repeat

from headwater.ingest.frame import Part
from headwater.wire.records.body import Body


class RecordIds:
    """Makes record ids: microseconds, process, position; in order of time and never twice."""

    def __init__(self) -> None:
        self._process = f"{time.time_ns() & 0xFFFFFFFF ^ threading.get_native_id():08x}"
        self._last = 0
        self._lock = threading.Lock()

    def take(self, moment: int, count: int) -> list[str]:
        """Return that many ids."""
        with self._lock:
            if moment <= self._last:
                moment = self._last + 1
            self._last = moment
        head = f"{moment:014x}-{self._process}-"
        if count == 1:
            return [f"{head}000000"]
        return [f"{head}{index:06x}" for index in range(count)]


def parts_of(body: Body, ids: Sequence[str | None], now: datetime) -> list[Part]:
    """Write the accepted records as lines of the raw zone, by source in order of appearance."""
    received = now.isoformat(timespec="microseconds")[:26] + "Z"
    is_plain = not body.flaws and not body.more
    if is_plain and (len(ids) == 1 or len(set(body.sources)) == 1):
        return [Part(body.sources[0], len(ids), _lines(body, ids, received))]
    lines: dict[str, list[bytes]] = {}
    for index, id_ in enumerate(ids):
        if id_ is None:
            continue
        source = body.sources[index]
        more = body.more.get(index)
        lines.setdefault(source, []).append(
            b'{"id":"%b","source":"%b","received_at":"%b",%b"data":%b}\n'
            % (
                id_.encode(),
                source.encode(),
                received.encode(),
                b'"more":%b,' % more if more else b"",
                body.raws[index],
            )
        )
    return [Part(source, len(found), b"".join(found)) for source, found in lines.items()]


def _lines(body: Body, ids: Sequence[str | None], received: str) -> bytes:
    middle = f'","source":"{body.sources[0]}","received_at":"{received}","data":'.encode()
    if len(ids) == 1:
        return b'{"id":"%b%b%b}\n' % (str(ids[0]).encode(), middle, body.raws[0])
    names = "\n".join(ids).encode().split(b"\n")  # type: ignore[arg-type]  # no flaws: all str
    pieces = zip(repeat(b'{"id":"'), names, repeat(middle), body.raws, repeat(b"}\n"))
    return b"".join(chain.from_iterable(pieces))
