"""Records for the benchmark of jobs: a shop's events, some sent twice, some broken."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from headwater.model.record import Segment

SOURCE: Final = "shop"
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "user_id": {"type": "string"},
        "amount": {"type": ["number", "null"]},
        "quantity": {"type": "integer", "minimum": 0},
        "at": {"type": "string", "format": "date-time"},
        "country": {"type": ["string", "null"]},
        "is_paid": {"type": "boolean"},
        "page": {"type": "string"},
        "score": {"type": "number"},
    },
    "required": ["user_id", "at"],
    "x-event-time": "at",
}
SEGMENT_RECORDS: Final = 250_000
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Silent:
    """A transport that acknowledges everything."""

    def emit(self, event: bytes) -> None:
        """Take one event."""

    def close(self) -> None:
        """Do nothing."""


def write_segments(folder: Path, count: int) -> list[tuple[Path, int]]:
    """Write `count` raw lines, about 230 bytes each; return the files with their records."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    lines = _lines(count)
    for number, start in enumerate(range(0, count, SEGMENT_RECORDS)):
        records = min(SEGMENT_RECORDS, count - start)
        path = folder / f"{number:08}.ndjson"
        with path.open("w") as file:
            file.writelines(next(lines) for _ in range(records))
        written.append((path, records))
    return written


def segment_of(lake: Path, path: Path, records: int) -> Segment:
    """Describe a written file as the manifest does."""
    content = path.read_bytes()
    at = datetime(2026, 2, 1, tzinfo=UTC)
    return Segment(
        sequence=0,
        source=SOURCE,
        day="2026-02-01",
        path=str(path.relative_to(lake)),
        log=path.stem,
        records=records,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        first_at=at,
        last_at=at,
    )


def _lines(count: int) -> Iterator[str]:
    choose = random.Random(7)
    before: str | None = None
    for number in range(count):
        event = _START + timedelta(seconds=choose.randrange(28 * 86_400))
        data = json.dumps(
            {
                "user_id": f"u{choose.randrange(50_000)}",
                "amount": round(choose.random() * 1000, 2),
                "quantity": choose.randrange(100) if choose.random() > 0.01 else -1,
                "at": event.isoformat().replace("+00:00", "Z"),
                "country": choose.choice(("DE", "US", "FR", None)),
                "is_paid": choose.random() > 0.5,
                "page": f"/product/{choose.randrange(2000)}",
                "score": choose.random(),
            },
            separators=(",", ":"),
        )
        if before is not None and choose.random() < 0.05:
            data = before
        before = data
        yield (
            f'{{"id":"{number:032x}","source":"{SOURCE}",'
            f'"received_at":"2026-02-01T00:00:{number // 20_000:02}.{number % 20_000:06}Z",'
            f'"data":{data}}}\n'
        )
