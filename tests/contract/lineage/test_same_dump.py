"""The same events give the same dump on every database, in any order, split and repetition."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.log import SqlLineage
from tests.contract.lineage.writer import portions, write
from tests.lineage_stores import gives_back

MOST = 60


@given(seed=st.integers(0, 2**32))
@gives_back
def test_captured_events_give_the_dump_that_sqlite_gives(
    postgresql_backend, captured, tmp_path_factory, seed
):
    chance = random.Random(seed)
    bodies = captured[chance.choice(sorted(captured))]
    start = chance.randrange(max(1, len(bodies) - MOST))
    taken = list(bodies[start : start + MOST])
    embedded = SqlLineage.open(tmp_path_factory.mktemp("dump") / "lineage.db")
    write(embedded, *taken)
    expected = embedded.dump()
    embedded.close()
    again = taken + chance.sample(taken, len(taken) // 3)
    chance.shuffle(again)
    log = postgresql_backend.open()
    for batch in portions(again, chance, 20):
        write(log, *batch)
    assert log.dump() == expected
    log.rebuild()
    assert log.dump() == expected


def test_every_captured_event_gives_the_dump_that_sqlite_gives(
    postgresql_backend, captured, tmp_path
):
    bodies = [body for file in sorted(captured) for body in captured[file]]
    embedded = SqlLineage.open(tmp_path / "lineage.db")
    log = postgresql_backend.open()
    for start in range(0, len(bodies), 100):
        write(embedded, *bodies[start : start + 100])
        write(log, *bodies[start : start + 100])
    assert log.dump() == embedded.dump()
    embedded.close()
