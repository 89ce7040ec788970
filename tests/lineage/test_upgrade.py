"""A store of an earlier version is opened with everything that its log says."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL
from tests.lineage_stores import ask, events_of

STORE = Path(__file__).with_name("stores") / "first-landed.db.gz"
"""Forty events of Airflow, as the first version of the store kept them."""


def test_first_stores_are_migrated_and_projected_anew(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(STORE.read_bytes()))
    old = SqlLineage.open(path)
    fresh = SqlLineage.open(tmp_path / "fresh.db")
    arrivals = _arrivals(old)
    assert len(arrivals) == 40
    assert all(applied.is_new for applied in fresh.apply(arrivals))
    assert old.dump() == fresh.dump()
    assert ask(old, "SELECT count(*) FROM search_document")[0][0] > 0
    old.close()
    again = SqlLineage.open(path)
    assert again.dump() == fresh.dump()
    fresh.close()
    again.close()


def _arrivals(log: SqlLineage) -> list[Arrival]:
    received = [us for (us,) in ask(log, "SELECT received_us FROM event WHERE kind < 3")]
    return [
        Arrival(body=body, principal=LOCAL, received_at=datetime.fromtimestamp(us / 1_000_000, UTC))
        for body, us in zip(events_of(log), received, strict=True)
    ]
