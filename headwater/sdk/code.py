"""Where the code of a job is kept, read from the repository's own files: git is not run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from headwater.sdk import facets
from headwater.sdk.facets import Facet
from headwater.sdk.redaction import redact

_SCP_LIKE: Final = re.compile(r"^(?:[\w.\-]+@)?(?P<host>[\w.\-]+):(?!//)(?P<path>.+)$")
_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Repository:
    """A checkout: its folder, the URL that it was cloned from, commit and branch."""

    folder: Path
    url: str
    commit: str | None
    branch: str | None

    def location(self, file: Path, line: int) -> Facet:
        """Return where a line of a file is kept, at this commit."""
        path = file.relative_to(self.folder).as_posix()
        url = f"{self.url}/blob/{self.commit}/{path}#L{line}" if self.commit else self.url
        return facets.source_code_location(
            kind="git",
            url=url,
            repository=self.url,
            path=path,
            version=self.commit,
            branch=self.branch,
        )


def code_location(file: Path, line: int, given: Mapping[str, str] | None = None) -> Facet | None:
    """Return where a line of a file is kept, or None outside a repository with a remote.

    `given` are the members that the configuration names; they win over what is found.
    """
    found = repository_of(file.parent) if file.is_file() else None
    if found is None:
        url = (given or {}).get("repo_url")
        return None if url is None else _configured(url, given or {})
    facet = found.location(file.resolve(), line)
    return _configured(None, given, facet) if given else facet


def _configured(url: str | None, given: Mapping[str, str], found: Facet | None = None) -> Facet:
    names = {
        "repo_url": "repoUrl",
        "version": "version",
        "tag": "tag",
        "branch": "branch",
        "pull_request_number": "pullRequestNumber",
    }
    members = {names[key]: value for key, value in given.items() if key in names and value}
    body = {"type": "git", "url": url} if found is None else dict(found.body)
    return Facet("sourceCodeLocation", {**body, **members})


@cache
def repository_of(folder: Path) -> Repository | None:
    """Return the checkout that a folder is in, if it names where it was cloned from."""
    for place in (folder.resolve(), *folder.resolve().parents):
        git = place / ".git"
        try:
            if git.is_file():  # a worktree or submodule
                told = git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
                git = (place / told).resolve()
            if git.is_dir():
                return _read(place, git)
        except (OSError, UnicodeDecodeError):
            return None
    return None


def _read(folder: Path, git: Path) -> Repository | None:
    shared = git
    if (git / "commondir").is_file():
        shared = (git / (git / "commondir").read_text(encoding="utf-8").strip()).resolve()
    url = _remote(shared / "config")
    if url is None:
        return None
    head = (git / "HEAD").read_text(encoding="utf-8").strip()
    if not head.startswith("ref:"):
        return Repository(folder, url, head if _HASH.fullmatch(head) else None, None)
    reference = head.partition(":")[2].strip()
    commit = _commit(git, shared, reference)
    return Repository(folder, url, commit, reference.removeprefix("refs/heads/"))


def _commit(git: Path, shared: Path, reference: str) -> str | None:
    for place in (git, shared):
        loose = place / reference
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip()
    packed = shared / "packed-refs"
    if packed.is_file():
        for line in packed.read_text(encoding="utf-8").splitlines():
            commit, _, name = line.partition(" ")
            if name == reference:
                return commit
    return None


def _remote(config: Path) -> str | None:
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        lines = config.read_text(encoding="utf-8").splitlines()
        parser.read_string("\n".join(line.strip() for line in lines))
    except Error:
        return None
    sections = [name for name in parser.sections() if name.startswith("remote ")]
    sections.sort(key=lambda name: name != 'remote "origin"')
    for section in sections:
        url = parser.get(section, "url", fallback=None)
        if url:
            return _https(url)
    return None


def _https(url: str) -> str:
    """Return a remote as a URL without credentials that a browser can open."""
    match = _SCP_LIKE.match(url)
    if match is not None:
        url = f"https://{match['host']}/{match['path']}"
    url = re.sub(r"^(?:ssh|git)://(?:[^@/]*@)?", "https://", url)
    return redact(url).replace("***@", "").removesuffix("/").removesuffix(".git")
