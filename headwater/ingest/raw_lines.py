"""Accepted records as lines of the raw zone, and the ids that they get."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain, repeat

from headwater.ingest.frame import Part
from headwater.wire.records.body import Body


class ReceivedTimes:
    """Writes times of reception as text; most fall into the second of the one before."""

    def __init__(self) -> None:
        self._second = (-1, "")

    def write(self, moment: int) -> str:
        """Return microseconds since 1970 as `2013-01-01T10:00:00.123456Z`."""
        seconds, microseconds = divmod(moment, 1_000_000)
        known = self._second
        if known[0] != seconds:
            text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
            known = self._second = (seconds, text)
        return f"{known[1]}{microseconds:06d}Z"


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
        if count == 1:
            return [f"{moment:014x}-{self._process}-000000"]
        head = f"{moment:014x}-{self._process}-"
        return [f"{head}{index:06x}" for index in range(count)]


def parts_of(body: Body, ids: Sequence[str | None], received: str) -> list[Part]:
    """Write the accepted records as lines of the raw zone, by source in order of appearance."""
    if len(ids) == 1 and not body.flaws and not body.more:
        source = body.sources[0]
        head = f'{{"id":"{ids[0]}","source":"{source}","received_at":"{received}","data":'.encode()
        return [Part(source, 1, b"%b%b}\n" % (head, body.raws[0]))]
    is_plain = not body.flaws and not body.more
    if is_plain and len(set(body.sources)) == 1:
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
    names = "\n".join(ids).encode().split(b"\n")  # type: ignore[arg-type]  # no flaws: all str
    pieces = zip(repeat(b'{"id":"'), names, repeat(middle), body.raws, repeat(b"}\n"))
    return b"".join(chain.from_iterable(pieces))
