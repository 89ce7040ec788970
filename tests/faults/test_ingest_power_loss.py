"""A file system that drops what was not synced, and disks that are full, broken or read-only."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import SystemClock
from headwater.errors import StorageFull, Unavailable
from headwater.ingest.files import LocalFiles
from headwater.ingest.frame import Frame, Part, write_frame
from headwater.ingest.record_log import RecordLog
from headwater.model.principal import LOCAL

INGEST = Path(__file__).parent.parent / "ingest"
ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"ingest_{name}", INGEST / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"ingest_{name}"] = module
    spec.loader.exec_module(module)
    return module


stages, power = load("conftest"), load("power")


class PowerCut(BaseException):
    """The machine is off; nothing of the process goes on."""


def cutting(files: Any, calls: int) -> Any:
    """Let `files` work for so many calls, then raise at whatever comes next."""

    class Cutting:
        left = calls

        def __getattr__(self, name: str) -> Any:
            method = getattr(files, name)

            def call(*arguments: Any, **named: Any) -> Any:
                if self.left <= 0:
                    raise PowerCut
                self.left -= 1
                return method(*arguments, **named)

            return call

    return Cutting()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_acknowledged_records_survive_a_power_cut(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for _ in range(3):
        files = power.LossyFiles(chance)
        seals = cutting(files, chance.randint(0, 25))
        stage = stages.open_stage(tmp_path, clock=SystemClock(), files=files)
        stage.sealing._files = seals
        for n in range(chance.randint(1, 8)):
            source = chance.choice("abc")
            admission = stage.door.admit_now(b'[{"n":%d},5]' % n, LOCAL, source=source)
            acknowledged += [id_ for id_ in admission.ids if id_]
            if chance.random() < 0.3:
                try:
                    stage.sealing.seal()
                except PowerCut:
                    break
        stage.door.close()
        files.cut_power()
    stage = stages.open_stage(tmp_path, clock=SystemClock())
    stage.sealing.seal()
    found = [json.loads(line)["id"] for line in stage.lines()]
    assert sorted(found) == sorted(acknowledged)
    assert stage.quarantine.count() == len(acknowledged)
    stage.close()


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_power_cut_while_a_log_ends_and_the_next_is_made_loses_nothing(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: list[int] = []
    number = 0
    for _ in range(4):
        files = power.LossyFiles(chance)
        log = RecordLog(
            tmp_path, files=files, clock=SystemClock(), spare_from_bytes=chance.choice([1, 500])
        )
        log._files = cutting(files, chance.randint(0, 40))
        try:
            while True:
                number += 1
                lines = bytes([number % 256]) * chance.choice([10, 2000])
                frame = Frame(received=number, principal="p", parts=[Part("s", 1, lines)])
                log.append(write_frame(frame))
                acknowledged.append(number)
                if chance.random() < 0.4:
                    log.rotate()
        except PowerCut:
            files.cut_power()
    log = RecordLog(tmp_path, files=LocalFiles(), clock=SystemClock())
    found = [one.frame.received for path in log.unsealed() for one in log.read(path)]
    assert found == sorted(set(found))
    assert set(acknowledged) <= set(found)


def test_a_log_made_ahead_gives_its_room_to_sealing(tmp_path: Path) -> None:
    files = power.SmallDisk(tmp_path, 4_600_000)
    stage = stages.open_stage(tmp_path, clock=SystemClock(), files=files)
    body = json.dumps([{"n": number, "x": "x" * 500_000} for number in range(4)]).encode()
    ids = list(stage.door.admit_now(body, LOCAL, source="a").ids)
    stage.sealing.seal()
    assert [json.loads(line)["id"] for line in stage.lines()] == ids
    stage.close()


def test_no_log_is_made_ahead_while_older_ones_wait_for_room(tmp_path: Path) -> None:
    files = power.SmallDisk(tmp_path, 4_600_000)
    stage = stages.open_stage(tmp_path, clock=SystemClock(), files=files)
    body = json.dumps([{"n": number, "x": "x" * 500_000} for number in range(6)]).encode()
    stage.door.admit_now(body, LOCAL, source="a")
    with pytest.raises(StorageFull):
        stage.sealing.seal()
    (waiting,) = (tmp_path / "inbox").iterdir()
    assert not list((tmp_path / "lake").rglob("*.partial"))
    stage.door.admit_now(b'{"n":9}', LOCAL, source="a")
    with pytest.raises(StorageFull):
        stage.sealing.seal()
    assert len(list((tmp_path / "inbox").iterdir())) == 2
    files._size = 1 << 30
    stage.sealing.seal()
    assert not waiting.exists()
    assert len(stage.lines()) == 7
    stage.close()


def test_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    files = power.FullFiles()
    stage = stages.open_stage(tmp_path, clock=SystemClock(), files=files)
    ids = list(stage.door.admit_now(b'{"n":1}', LOCAL, source="a").ids)
    files.left = 50
    for _ in range(3):
        with pytest.raises(StorageFull):
            stage.door.admit_now(b'{"n":"%b"}' % (b"x" * 100), LOCAL, source="a")
    with pytest.raises(StorageFull):
        stage.sealing.seal()
    files.left = 1 << 40
    ids += stage.door.admit_now(b'{"n":2}', LOCAL, source="a").ids
    stage.sealing.seal()
    assert [json.loads(line)["id"] for line in stage.lines()] == ids
    stage.close()


def test_failed_sync_is_not_acknowledged_and_the_log_not_written_again(tmp_path: Path) -> None:
    files = power.FullFiles()
    stage = stages.open_stage(tmp_path, clock=SystemClock(), files=files)
    ids = list(stage.door.admit_now(b'{"n":1}', LOCAL, source="a").ids)
    files.sync_error = errno.EIO
    with pytest.raises(Unavailable):
        stage.door.admit_now(b'{"n":2}', LOCAL, source="a")
    files.sync_error = None
    ids += stage.door.admit_now(b'{"n":3}', LOCAL, source="a").ids
    assert len(list((tmp_path / "inbox").glob("*.log"))) == 2
    stage.sealing.seal()
    assert [json.loads(line)["id"] for line in stage.lines()] == ids
    stage.close()


class DevFull(LocalFiles):
    """Writes logs to /dev/full, which takes no byte."""

    def create(self, path: Path) -> int:
        return os.open("/dev/full", os.O_WRONLY)

    def truncate(self, descriptor: int, size: int) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def test_really_full_device_is_told(tmp_path: Path) -> None:
    stage = stages.open_stage(tmp_path, clock=SystemClock(), files=DevFull())
    with pytest.raises(StorageFull):
        stage.door.admit_now(b"{}", LOCAL, source="a")
    stage.close()


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("a file is in the way")
    with pytest.raises(Unavailable, match="inbox"):
        stages.open_stage(tmp_path, clock=SystemClock())
