"""Sealing: logs become segments, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from headwater.errors import Conflict
from headwater.ingest.seal_loop import SealLoop
from headwater.ingest.settings import IngestSettings
from headwater.model.principal import LOCAL


def admit(stage: Any, body: Any, **options: Any) -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asyncio.run(stage.door.admit(sent, LOCAL, **options))


def test_segment_row_describes_its_file(stage: Any) -> None:
    admit(stage, [{"n": 1}, {"n": 2}], source="a")
    stage.clock.advance(90)
    admit(stage, {"n": 3}, source="a")
    (segment,) = stage.sealing.seal()
    content = (stage.folder / "lake" / segment.path).read_bytes()
    assert segment.records == content.count(b"\n") == 3
    assert segment.size_bytes == len(content)
    assert segment.sha256 == sha256(content).hexdigest()
    assert (segment.last_at - segment.first_at).total_seconds() == 90
    assert stage.manifest.find() == (segment,)
    assert stage.log.unsealed() == ()


def test_a_log_over_midnight_makes_a_file_for_each_day(stage: Any) -> None:
    admit(stage, {"n": 1}, source="a")
    stage.clock.advance(20 * 3600)
    admit(stage, {"n": 2}, source="a")
    days = [(s.day, s.records) for s in stage.sealing.seal()]
    assert days == [("2026-11-21", 1), ("2026-11-22", 1)]


def test_sealing_nothing_makes_nothing(stage: Any) -> None:
    assert stage.sealing.seal() == ()
    assert stage.manifest.last_sequence() == 0


def test_listeners_hear_of_each_seal_once(stage: Any) -> None:
    heard: list[Any] = []
    stage.sealing.subscribe(heard.append)
    admit(stage, {"n": 1}, source="a")
    segments = stage.sealing.seal()
    stage.sealing.seal()
    assert [tuple(group) for group in heard] == [segments]


def test_unsealed_log_is_sealed_after_a_restart(stage: Any, open_in: Callable[..., Any]) -> None:
    ids = admit(stage, [{"n": 1}, {"n": 2}], source="a").ids
    stage.close()
    again = open_in(clock=stage.clock)
    again.sealing.seal()
    assert [json.loads(line)["id"] for line in again.lines()] == list(ids)


@pytest.mark.parametrize(
    "tail", [b"\x00" * 9, b"\xff\xff\x00\x00abcdefgh", b"\x01", b"\x05\0\0\0\0\0\0\0hello"]
)
def test_torn_tail_is_dropped(stage: Any, open_in: Callable[..., Any], tail: bytes) -> None:
    admit(stage, {"n": 1}, source="a")
    stage.close()
    (path,) = (stage.folder / "inbox").glob("*.log")
    path.write_bytes(path.read_bytes() + tail)
    again = open_in(clock=stage.clock)
    again.sealing.seal()
    assert len(again.lines()) == 1


def test_seal_repeated_after_its_commit_changes_nothing(
    stage: Any, open_in: Callable[..., Any]
) -> None:
    admit(stage, [{"n": 1}, 5], source="a", key="k")
    stage.log.rotate()
    (path,) = stage.log.unsealed()
    content = path.read_bytes()
    first = stage.sealing.seal()
    lines = stage.lines()
    stage.close()
    path.write_bytes(content)  # as if the process had died before it removed the log
    again = open_in(clock=stage.clock)
    assert again.sealing.seal() == first
    assert again.lines() == lines
    assert len(again.quarantine.find()) == 1
    assert not path.exists()


def test_a_source_without_schema_gets_one_proposed_and_extended(stage: Any) -> None:
    admit(stage, [{"n": 1, "when": "2013-01-01T05:00:00Z", "deep": {"x": 1}}, {"n": 2}], source="a")
    stage.sealing.seal()
    first = stage.registry.get("a")
    assert first.proposed
    assert [(c.name, c.type, c.required) for c in first.columns] == [
        ("n", "long", False),
        ("when", "timestamp", False),
        ("deep", "json", False),
    ]
    admit(stage, [{"more": True, "n": 2.5}], source="a")
    stage.sealing.seal()
    second = stage.registry.get("a")
    assert second.version == 2
    assert [(c.name, c.type) for c in second.columns[:1]] == [("n", "long")]
    assert [(c.name, c.type) for c in second.columns[3:]] == [("more", "boolean")]
    admit(stage, [{"n": 3}], source="a")
    stage.sealing.seal()
    assert stage.registry.get("a").version == 2


def test_ingest_goes_on_while_sealing(stage: Any) -> None:
    stop = threading.Event()

    def seal() -> None:
        while not stop.is_set():
            stage.sealing.seal()

    thread = threading.Thread(target=seal)
    thread.start()
    ids: list[str | None] = []
    for n in range(200):
        ids += stage.door.admit_now(b'{"n":%d}' % n, LOCAL, source="a").ids
    stop.set()
    thread.join()
    stage.sealing.seal()
    assert [json.loads(line)["id"] for line in stage.lines()] == ids


def test_loop_seals_what_is_long_or_old_enough(stage: Any) -> None:
    settings = IngestSettings(seal_bytes=1000, seal_seconds=60)
    sealed = threading.Event()
    stage.sealing.subscribe(lambda _: sealed.set())
    loop = SealLoop(stage.sealing, stage.log, settings=settings, clock=stage.clock)
    loop.start()
    try:
        for body, seconds in ((b'{"n":1}', 61), (b'{"n":"' + b"x" * 1000 + b'"}', 2)):
            stage.door.admit_now(body, LOCAL, source="a")
            while not sealed.wait(0.01):
                stage.clock.advance(seconds)
            sealed.clear()
    finally:
        loop.close()
    assert len(stage.lines()) == 2


def test_loop_seals_what_an_earlier_process_left(stage: Any, open_in: Callable[..., Any]) -> None:
    admit(stage, {"n": 1}, source="a")
    stage.close()
    again = open_in(clock=stage.clock)
    sealed = threading.Event()
    again.sealing.subscribe(lambda _: sealed.set())
    loop = SealLoop(again.sealing, again.log, settings=IngestSettings(), clock=again.clock)
    loop.start()
    assert sealed.wait(60)
    loop.close()


def test_a_replay_is_noted_again_after_a_crash(stage: Any, open_in: Callable[..., Any]) -> None:
    admit(stage, b'{"n":NaN}', source="a")
    (row,) = stage.quarantine.find()
    stage.quarantine.mark_replayed = lambda *_: None  # the process dies before it can
    stage.replays.replay(row.key, LOCAL, data=b'{"n":1}')
    stage.close()
    again = open_in(clock=stage.clock)
    assert again.quarantine.count() == 0
    with pytest.raises(Conflict):
        again.replays.replay(row.key, LOCAL, data=b'{"n":1}')
    again.sealing.seal()
    assert len(again.lines()) == 1
