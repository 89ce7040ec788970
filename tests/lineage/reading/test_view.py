from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.rows import rows_in
from headwater.lineage.reading.run_pages import RunFilter
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.principal import LOCAL
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    return lineage_backend.open()


def post(
    log: SqlLineage, *, run: int = 1, job: str = "j", at: str = "08:00:00", **more: Any
) -> None:
    event = {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-01T{at}Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"00000000-0000-4000-8000-{run:012d}"},
        "job": {"namespace": "ns", "name": job},
        "inputs": [{"namespace": "ns", "name": "a"}],
        "outputs": [{"namespace": "ns", "name": "b"}],
        **more,
    }
    arrival = Arrival(body=json.dumps(event).encode(), principal=LOCAL, received_at=NOW)
    assert isinstance(log.apply([arrival])[0], Applied)


def command(log: SqlLineage, verb: Any, entity: Any, name: str) -> None:
    body = Command(verb=verb, entity=entity, namespace="ns", name=name).to_bytes()
    arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
    assert isinstance(log.apply([arrival])[0], Applied)


def test_reading_does_not_wait_for_a_writer(log: SqlLineage) -> None:
    post(log)

    def count(_: object) -> int:
        with LineageReads(log.engine).view() as view:
            return view.listing.count("dataset", namespace=None)

    assert log._database.write(count, forget=lambda: None, patient=False) == 2


def test_view_is_one_moment(log: SqlLineage) -> None:
    post(log, run=1)
    with LineageReads(log.engine).view() as view:
        job = view.names.find("job", Name("ns", "j"))
        assert job is not None
        assert view.runs.count_of_job(job) == 1
        post(log, run=2)
        assert view.runs.count_of_job(job) == 1


def test_deleted_dataset_is_nowhere_until_it_is_named_again(log: SqlLineage) -> None:
    post(log)
    command(log, "delete", "dataset", "b")
    with LineageReads(log.engine).view() as view:
        job = view.names.find("job", Name("ns", "j"))
        assert job is not None
        assert view.names.find("dataset", Name("ns", "b")) is None
        assert view.listing.count("dataset", namespace=None) == 1
        assert view.edges.of_jobs([job], "output") == set()
        assert view.jobs.by_keys([job])[job].outputs == ()
    post(log, run=2, at="09:00:00")
    with LineageReads(log.engine).view() as view:
        assert view.names.find("dataset", Name("ns", "b")) is not None
        assert view.jobs.by_keys([job])[job].outputs == (Name("ns", "b"),)


def test_deleted_job_takes_its_edges_along(log: SqlLineage) -> None:
    post(log)
    command(log, "delete", "job", "j")
    with LineageReads(log.engine).view() as view:
        dataset = view.names.find("dataset", Name("ns", "a"))
        assert dataset is not None
        assert view.names.find("job", Name("ns", "j")) is None
        assert view.edges.of_datasets([dataset], "input") == set()


def test_rebuild_changes_no_answer(log: SqlLineage) -> None:
    post(log, run=1)
    post(log, run=2, at="09:00:00", outputs=[{"namespace": "ns", "name": "c"}])

    def answers() -> Any:
        with LineageReads(log.engine).view() as view:
            keys = view.run_pages.page(RunFilter(), limit=10).keys
            runs = [view.runs.by_keys(keys)[key] for key in keys]
            names = view.listing.page("dataset", namespace=None, limit=10, offset=0)
            found = view.datasets.by_keys(names)
            return (
                [(r.id, r.own_state, r.inputs, r.outputs, r.job_version) for r in runs],
                [(found[k].name, found[k].version, found[k].created_at) for k in names],
            )

    before = answers()
    log.rebuild()
    assert answers() == before


def test_statement_with_keys_that_fails_raises_what_others_raise(log: SqlLineage) -> None:
    with log.engine.connect() as connection, pytest.raises(DBAPIError, match="nowhere"):
        list(rows_in(connection, "SELECT 1 FROM nowhere WHERE id IN ({keys})", [1]))
