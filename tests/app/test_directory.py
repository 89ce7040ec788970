"""One process owns a data directory; the others learn who."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headwater.app import directory
from headwater.app.directory import FORMATS, DataDirectory
from headwater.errors import Conflict, Invalid, Locked, StorageFull, Unavailable

_OWNER = """
import sys
from pathlib import Path
from headwater.app.directory import DataDirectory
taken = DataDirectory.open(Path(sys.argv[1]), url="http://127.0.0.1:5000")
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_owner(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_new_folder_is_made_and_initialised(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path / "deep" / "data") as taken:
        written = json.loads((taken.path / "format.json").read_text())
    assert written["stores"] == FORMATS


def test_folder_with_other_files_is_initialised_and_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    DataDirectory.open(tmp_path).close()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "format.json").exists()


def test_reopening_leaves_the_format_file_alone(tmp_path: Path) -> None:
    DataDirectory.open(tmp_path).close()
    before = (tmp_path / "format.json").stat().st_mtime_ns
    DataDirectory.open(tmp_path).close()
    assert (tmp_path / "format.json").stat().st_mtime_ns == before


def test_a_store_that_came_later_is_added_to_the_format_file(tmp_path: Path) -> None:
    (tmp_path / "format.json").write_text('{"stores": {"lineage": 1}}')
    DataDirectory.open(tmp_path).close()
    assert json.loads((tmp_path / "format.json").read_text())["stores"] == FORMATS


@pytest.mark.parametrize("stores", [{"lineage": 99}, {"telemetry": 1}])
def test_newer_formats_are_refused_by_name(tmp_path: Path, stores: dict[str, int]) -> None:
    (tmp_path / "format.json").write_text(json.dumps({"stores": stores}))
    with pytest.raises(Conflict, match=next(iter(stores))) as caught:
        DataDirectory.open(tmp_path)
    assert caught.value.details == {"newer": stores}
    assert DataDirectory.owner(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"stores": {"lineage": "one"}}', "not json"])
def test_broken_format_file_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / "format.json").write_text(text)
    with pytest.raises(Conflict, match=r"format\.json"):
        DataDirectory.open(tmp_path)
    assert (tmp_path / "format.json").read_text() == text


def test_second_process_is_told_who_owns_the_directory(tmp_path: Path) -> None:
    with another_owner(tmp_path) as process:
        with pytest.raises(Locked) as caught:
            DataDirectory.open(tmp_path)
        assert caught.value.owner_pid == process.pid
        assert caught.value.owner_url == "http://127.0.0.1:5000"
        assert str(process.pid) in caught.value.message
        assert "http://127.0.0.1:5000" in caught.value.message
        found = DataDirectory.owner(tmp_path)
        assert found is not None
        assert found.pid == process.pid


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with another_owner(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert (tmp_path / "lock").read_text() != ""  # what it wrote is still there
        assert DataDirectory.owner(tmp_path) is None
        with DataDirectory.open(tmp_path):
            found = DataDirectory.owner(tmp_path)
            assert found is not None
            assert found.pid == os.getpid()


def test_closed_directory_has_no_owner(tmp_path: Path) -> None:
    taken = DataDirectory.open(tmp_path)
    taken.close()
    taken.close()
    assert DataDirectory.owner(tmp_path) is None
    DataDirectory.open(tmp_path).close()


def test_absent_directory_has_no_owner(tmp_path: Path) -> None:
    assert DataDirectory.owner(tmp_path / "absent") is None
    assert not (tmp_path / "absent").exists()


def test_url_can_be_told_later(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path) as taken:
        taken.update_url("http://127.0.0.1:40000/with/a/longer/path")
        taken.update_url("http://[::1]:5001")
        found = DataDirectory.owner(tmp_path)
        assert found is not None
        assert found.url == "http://[::1]:5001"


def test_a_look_up_does_not_make_an_open_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "_PATIENCE_SECONDS", 60.0)
    DataDirectory.open(tmp_path).close()
    looking = os.open(tmp_path / "lock", os.O_RDONLY)
    directory.fcntl.flock(looking, directory.fcntl.LOCK_SH)
    release = threading.Timer(0.1, os.close, [looking])
    release.start()
    DataDirectory.open(tmp_path).close()
    release.join()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="not a folder"):
        DataDirectory.open(tmp_path / "file")
    assert DataDirectory.owner(tmp_path / "file") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(Unavailable, match="cannot write"):
            DataDirectory.open(tmp_path)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a read-only file system")
def test_read_only_file_system_is_named() -> None:
    with pytest.raises(Unavailable, match="/proc/headwater"):
        DataDirectory.open(Path("/proc/headwater"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EROFS, Unavailable),
        (errno.EACCES, Unavailable),
        (errno.EIO, Unavailable),
    ],
)
def test_failure_while_writing_is_ours_and_frees_the_lock(
    tmp_path: Path, code: int, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(directory.os, "fsync", fail)
        with pytest.raises(kind):
            DataDirectory.open(tmp_path)
    assert not (tmp_path / "format.json").exists()
    DataDirectory.open(tmp_path).close()
    shutil.rmtree(tmp_path)


def test_directory_with_room_takes_writes(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path) as taken:
        taken.check_room()


def test_directory_that_is_nearly_full_takes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DataDirectory.open(tmp_path) as taken:
        monkeypatch.setattr(directory, "LEAST_FREE_BYTES", 2**62)
        with pytest.raises(StorageFull, match="bytes are free"):
            taken.check_room()


def test_directory_that_went_away_takes_none(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path / "data") as taken:
        shutil.rmtree(tmp_path / "data")
        with pytest.raises(Unavailable, match="data"):
            taken.check_room()
