"""Times and run ids, in the forms that OpenLineage wants."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Final

from headwater.sdk.errors import InvalidEvent

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def format_time(time: datetime) -> str:
    """Return `time` in UTC with six digits of fraction and a Z; naive times are refused."""
    if time.tzinfo is None:
        raise InvalidEvent(
            f"the time {time.isoformat()} has no time zone",
            hint="pass an aware datetime, for instance datetime.now(UTC)",
        )
    utc = time.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def new_run_id(at: datetime | None = None) -> str:
    """Return a fresh run id, a UUID version 7 whose leading bits are the time `at` or now."""
    moment = datetime.now(UTC) if at is None else at
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= milliseconds < 1 << 48:
        raise InvalidEvent(f"the time {moment.isoformat()} does not fit into a run id")
    random = int.from_bytes(os.urandom(10), "big")
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62
    value |= random & (1 << 62) - 1
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
