"""A connection that is lost, whenever: nothing acknowledged is gone, and it heals by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest

from headwater.api.application import create_application
from headwater.api.openlineage import openlineage_routes
from headwater.api.settings import ServerSettings
from headwater.clock import SystemClock
from headwater.database import postgresql
from headwater.database.postgresql_session import PostgresqlSession
from headwater.errors import Busy, Unavailable
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from tests.contract.lineage.writer import event_of, write
from tests.lineage_stores import ask, programs_of
from tools.postgresql_server import PostgresqlServer

OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let writes look for a lost connection for as long as a busy machine takes to give it."""
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 60.0)


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    """A server of its own, to be stopped and started."""
    server = PostgresqlServer(programs_of("wheel"))
    yield server
    server.stop()


def _cut_connections(backend, log):
    server = backend.server
    server.execute(OTHERS, server.name_of(backend.place_of(log)))


def test_a_connection_cut_between_writes_is_opened_again(postgresql_backend):
    log = postgresql_backend.open()
    write(log, event_of(0))
    _cut_connections(postgresql_backend, log)
    (applied,) = write(log, event_of(1))
    assert (applied.sequence, applied.is_new) == (2, True)


def test_a_connection_cut_before_the_commit_writes_once(postgresql_backend, monkeypatch):
    log = postgresql_backend.open()
    write(log, event_of(0))
    commit, cut = PostgresqlSession.commit, []

    def cut_first(session):
        if not cut:
            cut.append(_cut_connections(postgresql_backend, log))
        commit(session)

    monkeypatch.setattr(PostgresqlSession, "commit", cut_first)
    (applied,) = write(log, event_of(1))
    assert cut
    assert (applied.sequence, applied.is_new) == (2, True)
    assert ask(log, "SELECT count(*) FROM event") == [(2,)]
    before = log.dump()
    log.rebuild()
    assert log.dump() == before


def test_a_commit_whose_answer_is_lost_is_not_written_twice(postgresql_backend, monkeypatch):
    log = postgresql_backend.open()
    commit, cut = PostgresqlSession.commit, []

    def cut_after(session):
        commit(session)
        if not cut:
            cut.append(_cut_connections(postgresql_backend, log))
            session.rows("SELECT 1")

    monkeypatch.setattr(PostgresqlSession, "commit", cut_after)
    (applied,) = write(log, event_of(0))
    assert cut
    assert applied.sequence == 1
    assert ask(log, "SELECT count(*) FROM event") == [(1,)]


def test_reads_come_back_after_their_connections_were_cut(postgresql_backend):
    log = postgresql_backend.open()
    write(log, event_of(0))
    reads = LineageReads(log.engine)
    for _ in range(3):
        _cut_connections(postgresql_backend, log)
        with reads.view() as view:
            assert view.names.find("job", Name("ns 0", "job 0")) is not None


def test_a_rollback_leaves_nothing_remembered(postgresql_backend, monkeypatch):
    log = postgresql_backend.open()
    with monkeypatch.context() as patch:

        def fail(_session):
            raise RuntimeError("a defect")

        patch.setattr(PostgresqlSession, "commit", fail)
        with pytest.raises(RuntimeError, match="a defect"):
            write(log, event_of(0))
    assert ask(log, "SELECT count(*) FROM event") == [(0,)]
    write(log, event_of(1), event_of(0))
    before = log.dump()
    log.rebuild()
    assert log.dump() == before


def test_a_server_that_is_away_is_answered_503_and_found_again(server, monkeypatch):
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.2)
    log = SqlLineage.open(server.fresh())
    door = EventDoor(log, clock=SystemClock())
    routes = openlineage_routes(door, ServerSettings())
    application = create_application(access=OwnerAccess(), routers=[], hot=routes)

    def post(number: int) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=application)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.post("/api/v1/lineage", content=event_of(number))

        return asyncio.run(send())

    assert post(0).status_code == 201
    server.halt()
    answer = post(1)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    with pytest.raises(Unavailable, match="is away"):
        log.state()
    server.start()
    assert post(1).status_code == 201
    assert post(0).status_code == 201
    assert ask(log, "SELECT seq FROM event ORDER BY seq") == [(1,), (2,)]
    assert log.state().startswith("ready on PostgreSQL")
    door.close()
    log.close()


def test_a_writer_that_holds_the_lock_makes_others_busy(postgresql_backend, monkeypatch):
    monkeypatch.setattr(postgresql, "_WRITER", postgresql._WRITER.replace("'4s'", "'50ms'"))
    place = postgresql_backend.place()
    one, other = postgresql_backend.open(place), postgresql_backend.open(place)
    write(other, event_of(0))

    def hold(session):
        session.rows("SELECT 1")
        with pytest.raises(Busy, match="other servers are writing"):
            write(other, event_of(1))

    one._database.write(hold, forget=one._forget, patient=False)
    (applied,) = write(other, event_of(1))
    assert applied.is_new


def test_a_question_that_takes_too_long_is_ended(postgresql_backend):
    log = postgresql_backend.open(reading=postgresql.Reading(statement_seconds=2.0))
    with pytest.raises(Unavailable, match="statement timeout"):
        ask_slowly(log)
    assert ask(log, "SELECT 1") == [(1,)]


def test_more_questions_than_connections_are_told_to_come_back(postgresql_backend, monkeypatch):
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.05)
    log = postgresql_backend.open(reading=postgresql.Reading(connections=2))
    refused = pytest.raises(Busy, match="all 2 connections")
    with log.engine.connect(), log.engine.connect(), refused, log.engine.connect():
        pass
    assert ask(log, "SELECT 1") == [(1,)]


def ask_slowly(log: SqlLineage) -> None:
    with log.engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(600)")


def test_no_message_shows_the_password():
    with pytest.raises(Unavailable) as refused:
        SqlLineage.open("postgresql://joe:open-sesame@127.0.0.1:1/lineage")
    assert "open-sesame" not in json.dumps([str(refused.value), refused.value.hint])
    assert "127.0.0.1:1" in str(refused.value)


def test_a_server_that_hangs_in_a_write_loses_the_lock(postgresql_backend, monkeypatch):
    patient = postgresql._WRITER.replace("lock_timeout = '4s'", "lock_timeout = '120s'")
    short = patient.replace("_session_timeout = '60s'", "_session_timeout = '1s'")
    assert len({postgresql._WRITER, patient, short}) == 3
    place = postgresql_backend.place()
    with monkeypatch.context() as patch:
        patch.setattr(postgresql, "_WRITER", short)
        hanging = postgresql_backend.open(place)
        write(hanging, event_of(0))  # which connects
    monkeypatch.setattr(postgresql, "_WRITER", patient)
    other = postgresql_backend.open(place)

    def hang(session):
        session.rows("SELECT 1")
        (applied,) = write(other, event_of(1))  # waits until the one that hangs is thrown out
        return applied

    with pytest.raises(Unavailable, match="is away"):
        hanging._database.write(_once(hang), forget=hanging._forget, patient=False)
    assert ask(other, "SELECT count(*) FROM event") == [(2,)]
    (applied,) = write(hanging, event_of(2))
    assert applied.sequence == 3


def _once(work):
    """Do it once, and fail as the database does when it is done again."""
    done = []

    def doing(session):
        if done:
            raise Unavailable("the test is away")
        done.append(None)
        return work(session)

    return doing
