from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.wire.openlineage.recent import Recent


@given(keys=st.lists(st.integers(0, 30), max_size=200))
def test_what_was_used_of_late_is_remembered_and_the_rest_is_bounded(keys):
    recent: Recent[int, str] = Recent(5)
    for at, key in enumerate(keys):
        found = recent.get(key)
        assert found in (None, str(key))
        if key in keys[max(0, at - 4) : at]:
            assert found == str(key)
        if found is None:
            recent.put(key, str(key))
    assert sum(recent.get(key) is not None for key in range(31)) <= 10


def test_weights_count_against_the_bound():
    recent: Recent[str, int] = Recent(10)
    recent.put("heavy", 1, weight=9)
    recent.put("more", 2, weight=9)
    recent.put("most", 3, weight=9)
    assert recent.get("heavy") is None
    assert (recent.get("more"), recent.get("most")) == (2, 3)
    recent.clear()
    assert recent.get("most") is None
