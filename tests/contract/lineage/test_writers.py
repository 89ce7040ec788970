"""Many writers of the same jobs: threads, stores, processes; no deadlock, no lost update."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.principal import LOCAL
from tests.contract.lineage.writer import NOW, event_of, portions, write, write_patiently
from tests.lineage_stores import ask

WRITERS = 16
EVENTS = 96
WRITER = Path(__file__).with_name("writer.py")


def _alone(backend):
    """Return the dump of a store that took the same events from one writer, in order."""
    log = backend.open()
    write(log, *(event_of(number) for number in range(EVENTS)))
    return log.dump()


def test_sixteen_threads_lose_nothing(lineage_backend):
    log = lineage_backend.open()
    failures = []

    def run(seed):
        chance = random.Random(seed)
        bodies = [event_of(number) for number in range(EVENTS)]
        chance.shuffle(bodies)
        try:
            for batch in portions(bodies, chance, 7):
                write(log, *batch)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert ask(log, "SELECT count(*), min(seq), max(seq) FROM event") == [(EVENTS, 1, EVENTS)]
    assert log.dump() == _alone(lineage_backend)


def test_stores_on_one_database_know_what_the_others_write(postgresql_backend):
    place = postgresql_backend.place()
    stores = [postgresql_backend.open(place) for _ in range(4)]
    for number in range(EVENTS):
        (applied,) = write(stores[number % 4], event_of(number))
        assert (applied.sequence, applied.is_new) == (number + 1, True)
        (again,) = write(stores[(number + 1) % 4], event_of(number))
        assert (again.sequence, again.is_new) == (number + 1, False)
    assert stores[0].dump() == _alone(postgresql_backend)


def test_a_rebuild_by_one_store_is_noticed_by_the_others(postgresql_backend):
    place = postgresql_backend.place()
    one, other = postgresql_backend.open(place), postgresql_backend.open(place)
    write(one, *(event_of(number) for number in range(EVENTS // 2, EVENTS)))
    write(other, *(event_of(number) for number in range(EVENTS // 4)))
    one.rebuild()
    write(other, *(event_of(number) for number in range(EVENTS // 4, EVENTS // 2)))
    assert one.dump() == _alone(postgresql_backend)


def test_sixteen_stores_write_at_once_without_a_deadlock(postgresql_backend):
    place = postgresql_backend.place()
    stores = [postgresql_backend.open(place) for _ in range(WRITERS)]
    failures = []

    def run(number, log):
        chance = random.Random(number)
        bodies = [event_of(n) for n in range(EVENTS)]
        chance.shuffle(bodies)
        try:
            for batch in portions(bodies, chance, 11):
                write_patiently(log, *batch)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert ask(stores[0], "SELECT count(*), max(seq) FROM event") == [(EVENTS, EVENTS)]
    assert stores[0].dump() == _alone(postgresql_backend)


def test_processes_write_the_same_jobs(postgresql_backend):
    place = str(postgresql_backend.place())
    ranges = [(0, 64), (32, EVENTS), (0, EVENTS)]
    writers = [
        subprocess.Popen(
            [sys.executable, str(WRITER), place, str(a), str(b)], stdin=subprocess.PIPE
        )
        for a, b in ranges
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0] * len(writers)
    log = postgresql_backend.open(place)
    assert ask(log, "SELECT count(*), min(seq), max(seq) FROM event") == [(EVENTS, 1, EVENTS)]
    assert log.dump() == _alone(postgresql_backend)


def test_a_reader_sees_every_sequence_up_to_the_newest(postgresql_backend):
    place = postgresql_backend.place()
    stores = [postgresql_backend.open(place) for _ in range(4)]
    reader = postgresql_backend.open(place)
    done = threading.Event()
    gaps = []

    def watch():
        while not done.is_set():
            ((count, newest),) = ask(reader, "SELECT count(*), coalesce(max(seq), 0) FROM event")
            if count != newest:
                gaps.append((count, newest))

    def run(start, log):
        for number in range(start, 200, len(stores)):
            write_patiently(log, event_of(number))

    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    watcher.join()
    assert gaps == []


def test_a_view_of_one_server_sees_what_another_committed(postgresql_backend):
    place = postgresql_backend.place()
    one, other = postgresql_backend.open(place), postgresql_backend.open(place)
    reads = LineageReads(other.engine)
    write(one, event_of(0))
    with reads.view() as view:
        assert view.names.find("dataset", Name("ds", "out 0")) is not None
    command = Command(verb="delete", entity="dataset", namespace="ds", name="out 0")
    body = command.stamped(at="", actor="anna").to_bytes()
    (applied,) = one.apply([Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)])
    assert isinstance(applied, Applied)
    with reads.view() as view:
        assert view.names.find("dataset", Name("ds", "out 0")) is None


def test_a_batch_beyond_what_a_socket_holds_is_written(lineage_backend):
    log = lineage_backend.open()
    events = [json.loads(event_of(number)) for number in range(8)]
    for number, event in enumerate(events):
        event["run"]["facets"]["big"] = {"text": f"{number}" * 2_000_000}
    write(log, *(json.dumps(event).encode() for event in events))
    assert ask(log, "SELECT count(*) FROM event") == [(8,)]
