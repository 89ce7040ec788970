"""The write-ahead log is written over zeros that were reserved ahead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.clock import SystemClock
from headwater.errors import StorageFull
from headwater.ingest.files import LocalFiles
from headwater.ingest.frame import MAGIC, Frame, LogReading, Part, write_frame
from headwater.ingest.record_log import RecordLog
from tests.ingest.power import FullFiles


def _frame(number: int, size: int = 10) -> bytes:
    part = Part(source="s", records=1, lines=bytes([number % 256]) * size)
    return write_frame(Frame(received=number, principal="p", parts=[part]))


def _log(folder: Path, files: LocalFiles | None = None) -> RecordLog:
    return RecordLog(folder / "inbox", files=files or LocalFiles(), clock=SystemClock())


def _only(folder: Path) -> Path:
    (path,) = (folder / "inbox").iterdir()
    return path


def test_appends_go_over_zeros_that_are_there_already(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.append(_frame(0))
    size = _only(tmp_path).stat().st_size
    for number in range(1, 100):
        log.append(_frame(number))
    assert _only(tmp_path).stat().st_size == size > 200_000
    log.close()


@given(sizes=st.lists(st.integers(0, 400_000), min_size=1, max_size=12))
def test_every_frame_reads_back_from_a_log_that_was_left_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = _log(folder)
    written = [log.append(_frame(number, size))[1] for number, size in enumerate(sizes)]
    reading = LogReading(_only(folder))
    assert [(one.offset, one.frame.received) for one in reading] == [
        (offset, number) for number, offset in enumerate(written)
    ]
    assert reading.good_bytes == reading.size_bytes
    log.close()


def test_zeros_that_were_never_written_are_no_torn_tail_and_half_a_frame_is(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.append(_frame(1))
    path = _only(tmp_path)
    whole = LogReading(path)
    assert [one.frame.received for one in whole] == [1]
    assert whole.size_bytes == whole.good_bytes < path.stat().st_size
    content = bytearray(path.read_bytes())
    half = _frame(2)[:-5]
    content[whole.good_bytes : whole.good_bytes + len(half)] = half
    path.write_bytes(content)
    torn = LogReading(path)
    assert [one.frame.received for one in torn] == [1]
    assert torn.size_bytes - torn.good_bytes == len(half.rstrip(b"\0"))
    log.close()


def test_a_log_that_ends_gives_back_what_it_reserved(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.append(_frame(1))
    log.rotate()
    assert _only(tmp_path).stat().st_size == len(MAGIC) + len(_frame(1))


def test_a_disk_with_little_room_takes_what_fits_and_reserves_nothing(tmp_path: Path) -> None:
    files = FullFiles(left=1000)
    log = _log(tmp_path, files)
    log.append(_frame(1))
    assert _only(tmp_path).stat().st_size == len(MAGIC) + len(_frame(1))
    with pytest.raises(StorageFull):
        log.append(_frame(2, size=2000))
    files.left = 100
    log.append(_frame(3))
    assert [one.frame.received for one in LogReading(_only(tmp_path))] == [1, 3]
    log.close()


class CountingFiles(LocalFiles):
    """Counts what makes a file longer or new."""

    def __init__(self) -> None:
        self.made = 0

    def create(self, path: Path) -> int:
        self.made += 1
        return super().create(path)

    def reserve(self, descriptor: int, *, start: int, end: int) -> None:
        self.made += 1
        super().reserve(descriptor, start=start, end=end)


def test_after_a_long_log_the_next_one_is_there_before_it_is_needed(tmp_path: Path) -> None:
    files = CountingFiles()
    log = RecordLog(tmp_path / "inbox", files=files, clock=SystemClock(), spare_from_bytes=500_000)
    log.append(_frame(0, 600_000))
    log.rotate()
    (first,) = log.unsealed()
    made = files.made
    assert log.size_bytes == 0
    for number in range(1, 6):
        log.append(_frame(number, 100_000))
    assert files.made == made
    log.rotate()
    paths = log.unsealed()
    assert paths[0] == first
    assert [[one.frame.received for one in log.read(path)] for path in paths] == [
        [0],
        [1, 2, 3, 4, 5],
    ]
    log.close()
    assert log.unsealed() == paths


def test_a_file_made_ahead_and_left_by_a_crash_is_an_empty_log(tmp_path: Path) -> None:
    log = RecordLog(
        tmp_path / "inbox", files=LocalFiles(), clock=SystemClock(), spare_from_bytes=100
    )
    log.append(_frame(0, 200))
    log.rotate()
    (sealed,) = log.unsealed()
    left = _log(tmp_path).unsealed()
    assert left[0] == sealed
    assert len(left) == 2
    reading = LogReading(left[1])
    assert list(reading) == []
    assert reading.size_bytes == reading.good_bytes == len(MAGIC)
    log.close()


def test_a_disk_without_room_for_the_next_log_still_ends_this_one(tmp_path: Path) -> None:
    files = FullFiles()
    log = RecordLog(tmp_path / "inbox", files=files, clock=SystemClock(), spare_from_bytes=100)
    log.append(_frame(0))
    files.left = 100
    log.rotate()
    (path,) = log.unsealed()
    assert [one.frame.received for one in log.read(path)] == [0]
    files.left = 1 << 30
    log.append(_frame(1))
    log.close()
    assert len(log.unsealed()) == 2


def test_a_log_that_is_being_made_ahead_is_none_to_be_sealed(tmp_path: Path) -> None:
    seen: list[tuple[Path, ...]] = []

    class Asking(LocalFiles):
        def sync(self, descriptor: int) -> None:
            super().sync(descriptor)
            if is_rotating:
                seen.append(log.unsealed())

    is_rotating = False
    log = RecordLog(tmp_path / "inbox", files=Asking(), clock=SystemClock(), spare_from_bytes=100)
    log.append(_frame(0, 200))
    is_rotating = True
    log.rotate()
    assert seen
    assert set(seen) == {()}
    is_rotating = False
    log.close()
