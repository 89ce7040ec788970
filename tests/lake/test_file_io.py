from __future__ import annotations

import os
from pathlib import Path

import pytest

from headwater.errors import StorageFull, Unavailable
from headwater.lake.file_io import AtomicFile, local_path, make_folder, storage_errors


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced, in order."""
    paths: list[str] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        paths.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    return paths


def test_file_appears_whole_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file"

    with AtomicFile(path) as file:
        file.write(b"first ")
        assert not path.exists()
        file.write(b"second")

    assert path.read_bytes() == b"first second"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_content_is_synced_before_its_name(tmp_path: Path, synced: list[str]) -> None:
    with AtomicFile(tmp_path / "a" / "b" / "file"):
        pass

    folders = [str(tmp_path), str(tmp_path / "a")]
    content, name = synced[2:]
    assert synced[:2] == folders
    assert content.startswith(str(tmp_path / "a" / "b" / ".file"))
    assert name == str(tmp_path / "a" / "b")


def test_file_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    file = AtomicFile(path)
    file.write(b"new")

    with pytest.raises(FileExistsError):
        file.close()

    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_file_that_is_there_is_replaced_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    with AtomicFile(path, overwrite=True) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"

    assert path.read_bytes() == b"new"


def test_failed_writer_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with AtomicFile(tmp_path / "file") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "file")
    file.close()
    file.close()

    assert (tmp_path / "file").read_bytes() == b""


def test_only_new_folders_are_synced(tmp_path: Path, synced: list[str]) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")

    assert synced == [str(tmp_path), str(tmp_path / "a")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_is_named() -> None:
    with (
        pytest.raises(StorageFull, match="/dev/full"),
        storage_errors(Path("/dev/full")),
        Path("/dev/full").open("wb", buffering=0) as file,
    ):
        file.write(b"one byte too many")


def test_lack_of_rights_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot write"), storage_errors(tmp_path):
        raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/a/b", "/a/b"),
        ("file:///a/b", "/a/b"),
        ("file:/a/b", "/a/b"),
        ("file:///a%20b", "/a b"),
        ("/a%20b", "/a%20b"),
        ("/a?b#c", "/a?b#c"),
    ],
)
def test_location_is_a_path_or_a_uri(location: str, path: str) -> None:
    assert local_path(location) == Path(path)
