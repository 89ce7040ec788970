"""A store of an earlier version is opened with everything that its log says."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from headwater.database.session import Session
from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.query.search import Search
from tests.lineage_stores import LineageBackend, ask, events_of

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


def test_words_that_an_older_version_did_not_index_are_found(
    lineage_backend: LineageBackend,
) -> None:
    place = lineage_backend.place()
    log = lineage_backend.open(place)
    catalog = {"framework": "iceberg", "type": "glue", "name": "warehouse"}
    dataset = {"namespace": "ns", "name": "t", "facets": {"catalog": catalog}}
    event = {"eventTime": "2026-03-01T08:00:00Z", "producer": "urn:test", "dataset": dataset}
    received_at = datetime(2026, 11, 21, tzinfo=UTC)
    log.apply([Arrival(body=json.dumps(event).encode(), principal=LOCAL, received_at=received_at)])
    words = ask(log, "SELECT description FROM search_document")
    assert "warehouse" in words[0][0]
    for sql in (
        "UPDATE search_document SET description = ''",
        "DELETE FROM tally WHERE name LIKE 'projections of revision%'",
    ):
        log._database.write(partial(_run, sql), forget=log._forget, patient=True)
    lineage_backend.close(log)
    again = lineage_backend.open(place)
    assert ask(again, "SELECT description FROM search_document") == words
    (hit,) = Search(LineageReads(again.engine)).find("warehouse").hits
    assert hit.name.name == "t"


def _run(sql: str, session: Session) -> None:
    session.run(sql)


def _arrivals(log: SqlLineage) -> list[Arrival]:
    received = [us for (us,) in ask(log, "SELECT received_us FROM event WHERE kind < 3")]
    return [
        Arrival(body=body, principal=LOCAL, received_at=datetime.fromtimestamp(us / 1_000_000, UTC))
        for body, us in zip(events_of(log), received, strict=True)
    ]
