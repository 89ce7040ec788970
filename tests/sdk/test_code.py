"""Where code is kept is read from its repository, without running git."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from headwater.sdk.code import code_location, repository_of

REMOTES = [
    ("git@github.com:water/head.git", "https://github.com/water/head"),
    ("https://token@github.com/water/head.git", "https://github.com/water/head"),
    ("https://u:hunter2@gitlab.example/water/head", "https://gitlab.example/water/head"),
    ("ssh://git@host.example/water/head.git", "https://host.example/water/head"),
]


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    (folder / "jobs").mkdir(parents=True)
    (folder / "jobs" / "load.py").write_text("def load(): ...\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "x")
    repository_of.cache_clear()
    return folder


def body(folder: Path, given: dict[str, str] | None = None) -> Any:
    repository_of.cache_clear()
    found = code_location(folder / "jobs" / "load.py", 3, given)
    return None if found is None else dict(found.body)


@pytest.mark.parametrize(("remote", "url"), REMOTES)
def test_location_names_the_commit_and_has_no_credentials(
    checkout: Path, remote: str, url: str
) -> None:
    git(checkout, "remote", "add", "origin", remote)
    commit = git(checkout, "rev-parse", "HEAD")
    assert body(checkout) == {
        "type": "git",
        "url": f"{url}/blob/{commit}/jobs/load.py#L3",
        "repoUrl": url,
        "path": "jobs/load.py",
        "version": commit,
        "branch": "main",
    }


def test_packed_refs_detached_heads_and_worktrees_are_read(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "remote", "add", "origin", "https://h/r")
    commit = git(checkout, "rev-parse", "HEAD")
    git(checkout, "pack-refs", "--all")
    assert body(checkout)["version"] == commit
    git(checkout, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert body(tmp_path / "side")["branch"] == "side"
    assert body(tmp_path / "side")["version"] == commit
    git(checkout, "checkout", "-q", "--detach")
    assert body(checkout)["version"] == commit
    assert "branch" not in body(checkout)


def test_without_a_remote_there_is_no_location(checkout: Path, tmp_path: Path) -> None:
    assert body(checkout) is None
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "load.py").write_text("")
    assert body(tmp_path) is None


def test_what_the_configuration_says_wins(checkout: Path) -> None:
    assert body(checkout, {"repo_url": "https://c/r"})["repoUrl"] == "https://c/r"
    git(checkout, "remote", "add", "origin", "https://h/r")
    found = body(checkout, {"version": "v1", "tag": "v1", "pull_request_number": "7"})
    assert (found["version"], found["tag"], found["pullRequestNumber"]) == ("v1", "v1", "7")


def test_damaged_repository_is_none(checkout: Path) -> None:
    (checkout / ".git" / "config").write_bytes(b"[remote \xff\x00")
    assert body(checkout) is None
