"""An outbox keeps every event until it is delivered, whatever happens to processes and files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.sdk.configuration import OutboxSettings
from headwater.sdk.lost_runs import ends_of_lost_runs
from headwater.sdk.outbox import Outbox
from headwater.sdk.segment import HEADER_BYTES, Segment, dropped_of

EVENTS = [b'{"number":%d}' % number for number in range(20)]


def made(folder: Path | None, **settings: Any) -> Outbox:
    return Outbox("http somewhere", OutboxSettings(folder=folder, **settings))


def drained(outbox: Outbox) -> list[bytes]:
    found: list[bytes] = []
    while (parcel := outbox.take()) is not None:
        found += parcel.events
        outbox.done(parcel)
    return found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.outbox"))


def event(kind: str, run: int, time: int) -> bytes:
    said = {
        "eventType": kind,
        "eventTime": f"2026-01-01T00:00:{time:02}Z",
        "run": {"runId": f"0196a1b2-3c4d-7e5f-8a9b-{run:012}"},
        "job": {"namespace": "n", "name": "j"},
    }
    return json.dumps(said).encode()


def test_events_come_out_in_order_and_leave_no_file(outbox: Path) -> None:
    box = made(outbox)
    for each in EVENTS:
        box.put(each)
    assert drained(box) == EVENTS
    assert box.waiting() == 0
    box.close()
    assert files(outbox) == []


def test_what_was_taken_and_not_delivered_is_taken_again(outbox: Path) -> None:
    box = made(outbox)
    box.put(EVENTS[0])
    assert [parcel.events for parcel in (box.take(), box.take()) if parcel] == [EVENTS[:1]] * 2
    box.close()


def test_next_process_delivers_what_one_left(outbox: Path) -> None:
    before = made(outbox)
    for each in EVENTS:
        before.put(each)
    parcel = before.take()
    assert parcel is not None
    before.close()
    after = made(outbox)
    assert after.take() is None
    assert after.adopt() == 1
    assert drained(after) == EVENTS
    assert files(outbox) == []
    after.close()


def test_files_of_a_living_process_are_left_alone(outbox: Path) -> None:
    alive, other = made(outbox), made(outbox)
    alive.put(EVENTS[0])
    assert other.adopt() == 0
    assert other.take() is None
    assert drained(alive) == EVENTS[:1]
    for box in (alive, other):
        box.close()


def test_destinations_do_not_get_the_events_of_each_other(outbox: Path) -> None:
    here = Outbox("http here", OutboxSettings(folder=outbox))
    here.put(EVENTS[0])
    here.close()
    there = Outbox("http there", OutboxSettings(folder=outbox))
    assert there.adopt() == 0
    there.close()


def test_delivered_events_are_not_sent_again_after_a_crash(outbox: Path) -> None:
    box = made(outbox)
    for each in EVENTS * 100:
        box.put(each)
    parcel = box.take()
    assert parcel is not None
    box.done(parcel)
    box._own[-1].close()  # as a kill would
    again = made(outbox)
    assert again.adopt() == 1
    assert len(drained(again)) == 2000 - len(parcel.events)
    again.close()


@given(cut=st.integers(0, 400))
def test_torn_tail_costs_only_the_event_that_was_torn(tmp_path_factory: Any, cut: int) -> None:
    folder = tmp_path_factory.mktemp("torn")
    segment = Segment.create(folder)
    for each in EVENTS:
        segment.append(each)
    size = segment.size
    segment.close()
    kept = max(HEADER_BYTES, size - cut)
    os.truncate(segment.path, kept)
    found = Segment.take_over(segment.path)
    assert found is not None
    read = list(found.lines())
    assert read == EVENTS[: len(read)]
    line = len(EVENTS[10]) + 10
    assert len(read) >= len(EVENTS) - cut // line - 2
    found.close()


@given(at=st.integers(0, 600), junk=st.binary(min_size=1, max_size=40))
def test_damage_costs_only_the_lines_that_it_hits(
    tmp_path_factory: Any, at: int, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    box = made(folder)
    for each in EVENTS:
        box.put(each)
    path = box._own[-1].path
    box.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(at)
        file.write(junk)
    again = made(folder)
    assert again.adopt() == 1
    found = drained(again)
    again.close()
    assert set(found) <= set(EVENTS)
    assert len(found) >= len(EVENTS) - len(junk) // 8 - 3
    assert files(folder) == []
    is_torn = at + len(junk) >= size  # without its line break the last line was never finished
    assert len(found) == len(EVENTS) or is_torn or list(folder.rglob("*.damaged"))


def test_a_file_of_something_else_is_set_aside(outbox: Path) -> None:
    box = made(outbox)
    box.put(EVENTS[0])
    box.close()
    (folder,) = outbox.iterdir()
    (folder / "0-0-junk.outbox").write_bytes(b"\x00\xff not an outbox\n" * 50)
    again = made(outbox)
    assert again.adopt() == 2
    assert drained(again) == EVENTS[:1]
    assert [path.name for path in folder.glob("*.damaged")] == ["0-0-junk.outbox.damaged"]
    again.close()


def test_full_outbox_keeps_the_old_and_counts_the_new(
    outbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = made(outbox, max_bytes=300)
    for each in EVENTS:
        box.put(each)
    kept = drained(box)
    assert kept == EVENTS[: len(kept)]
    assert 0 < len(kept) < len(EVENTS)
    assert box.dropped == len(EVENTS) - len(kept)
    assert "is full" in caplog.text
    box.close()
    (noted,) = next(outbox.rglob("dropped.ndjson")).read_text().splitlines()
    assert json.loads(noted)["count"] == box.dropped


def test_full_outbox_can_drop_the_oldest_instead(outbox: Path) -> None:
    box = made(outbox, max_bytes=900, when_full="drop-oldest")
    for each in EVENTS:
        box.put(each)
    kept = drained(box)
    assert kept == EVENTS[len(EVENTS) - len(kept) :]
    assert box.dropped == len(EVENTS) - len(kept) > 0
    box.close()


def test_what_others_left_counts_and_goes_first(outbox: Path) -> None:
    for number in range(3):
        other = made(outbox)
        other.put(EVENTS[number])
        other.close()
    full = made(outbox, max_bytes=320)
    full.put(EVENTS[10])
    assert full.dropped == 1
    full.close()
    room = made(outbox, max_bytes=320, when_full="drop-oldest")
    room.put(EVENTS[11])
    room.put(EVENTS[12])
    assert room.dropped >= 1
    assert drained(room) == EVENTS[11:13]
    assert room.adopt() < 3
    assert EVENTS[0] not in drained(room)
    room.close()


def test_files_of_many_processes_are_taken_over_a_few_at_a_time(outbox: Path) -> None:
    for number in range(20):
        other = made(outbox)
        other.put(EVENTS[number])
        other.close()
    box = made(outbox)
    assert (box.adopt(), box.adopt(), box.adopt()) == (16, 4, 0)
    assert sorted(drained(box)) == sorted(EVENTS)
    box.close()


def test_full_disk_keeps_events_in_memory(
    outbox: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    box = made(outbox)
    box.put(EVENTS[0])
    real = os.pwrite

    def full(descriptor: int, data: bytes, offset: int) -> int:
        if offset == 0:
            return real(descriptor, data, offset)  # in place, which needs no room
        return real(descriptor, data[:5], offset)

    monkeypatch.setattr(os, "pwrite", full)
    box.put(EVENTS[1])
    monkeypatch.setattr(os, "pwrite", real)
    box.put(EVENTS[2])
    assert sorted(drained(box)) == EVENTS[:3]
    assert "No space left" in caplog.text
    box.close()


def test_folder_that_cannot_be_made_keeps_events_in_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    box = made(blocked / "outbox")
    for each in EVENTS:
        box.put(each)
    assert drained(box) == EVENTS
    box.close()


def test_memory_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.sdk.outbox._MOST_IN_MEMORY", 100)
    box = made(None)
    for each in EVENTS:
        box.put(each)
    assert len(drained(box)) + box.dropped == len(EVENTS)
    assert box.dropped > 0
    box.close()


def test_runs_of_a_process_that_is_gone_are_aborted_at_their_last_sign_of_life() -> None:
    events = [
        event("START", 1, 1),
        event("START", 2, 2),
        event("COMPLETE", 1, 3),
        event("RUNNING", 2, 9),
        b"not json",
        event("START", 3, 4),
    ]
    ends = [json.loads(each) for each in ends_of_lost_runs(events)]
    assert [(e["run"]["runId"][-1], e["eventType"], e["eventTime"][17:19]) for e in ends] == [
        ("2", "ABORT", "09"),
        ("3", "ABORT", "09"),
    ]
    assert "ended without saying how" in ends[0]["run"]["facets"]["errorMessage"]["message"]
    assert ends_of_lost_runs(events) == ends_of_lost_runs(events)


def test_lost_runs_are_told_even_if_their_start_was_delivered_long_ago(outbox: Path) -> None:
    start = event("START", 1, 1)
    box = Outbox("http somewhere", OutboxSettings(folder=outbox), open_runs=lambda: [start])
    box._segment_bytes = 200
    box.put(start)
    drained(box)
    for each in EVENTS:
        box.put(each)
        drained(box)
    assert len(files(outbox)) == 1
    box._own[-1].close()  # as a kill would
    after = made(outbox)
    assert after.adopt() == 1
    ends = [json.loads(each) for each in drained(after)]
    assert [each.get("eventType") for each in ends] == ["ABORT"]
    assert files(outbox) == []
    after.close()


def test_no_run_is_called_lost_if_events_went_elsewhere(outbox: Path) -> None:
    box = made(outbox)
    box.put(event("START", 1, 1))
    box._own[-1].mark_broken()
    box._own[-1].close()
    after = made(outbox)
    assert after.adopt() == 1
    assert drained(after) == [event("START", 1, 1)]
    after.close()


def test_outbox_is_for_its_owner_only(outbox: Path) -> None:
    box = made(outbox)
    box.put(EVENTS[0])
    (folder,) = outbox.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert next(folder.glob("*.outbox")).stat().st_mode & 0o077 == 0
    assert (folder / "destination").read_text() == "http somewhere\n"
    box.close()


def test_refused_events_are_kept_with_their_reason(outbox: Path) -> None:
    box = made(outbox)
    box.put(EVENTS[0])
    box.set_aside(EVENTS[1], "no run id")
    (line,) = next(outbox.rglob("refused.ndjson")).read_text().splitlines()
    said = json.loads(line)
    assert (said["event"], said["reason"]) == (EVENTS[1].decode(), "no run id")
    box.close()


def test_header_tells_what_was_dropped() -> None:
    assert (
        dropped_of(b"headwater-outbox/1 sent=00000000000000000072 dropped=000000000012 whole") == 12
    )
    assert dropped_of(b"junk") == 0


@pytest.mark.parametrize("sync", ["never", "interval", "always"])
def test_every_way_to_sync_keeps_events(outbox: Path, sync: str) -> None:
    box = made(outbox, sync=sync)
    box.put(EVENTS[0])
    box.sync()
    box.close()
    again = made(outbox, sync=sync)
    again.adopt()
    assert drained(again) == EVENTS[:1]
    again.close()
