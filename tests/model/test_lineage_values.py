from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from headwater.model.lineage import Moment

MOMENTS = st.builds(
    Moment,
    st.integers(-62_135_596_800, 253_402_300_799),
    st.integers(0, 999_999_999),
)


@given(MOMENTS)
def test_moment_prints_what_it_is(moment: Moment) -> None:
    text = moment.to_text()
    whole, _, fraction = text.removesuffix("Z").partition(".")
    read = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    assert int(read.timestamp()) == moment.seconds
    assert int(fraction.ljust(9, "0")) == moment.nanoseconds
    assert len(fraction) in (0, 3, 6, 9)


@given(MOMENTS, MOMENTS)
def test_durations_are_whole_milliseconds(one: Moment, other: Moment) -> None:
    early, late = sorted((one, other))
    assert early.milliseconds_until(late) >= 0
    assert early.milliseconds_until(early) == 0
