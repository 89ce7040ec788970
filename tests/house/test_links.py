"""Links are followed to files and headings, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import links


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(links, "ROOT", tmp_path)
    return tmp_path / "docs"


def broken(docs: Path, text: str) -> list[str]:
    (docs / "a.md").write_text(text)
    return [link for _, link in links.broken_links()]


@pytest.mark.parametrize(
    "link",
    [
        "b.md",
        "./b.md",
        "b.md#the-first-thing",
        "#here",
        "https://example.org/x",
        "b.md#own",
        "../docs",
    ],
)
def test_links_that_lead_somewhere(docs: Path, link: str) -> None:
    (docs / "b.md").write_text('# B\n\n## The *first* `thing`!\n\n<a id="own"></a>\n')
    assert broken(docs, f"# Here\n\nSee [b]({link}).\n") == []


@pytest.mark.parametrize("link", ["c.md", "b.md#other", "#there", "../nothing/b.md"])
def test_links_that_do_not(docs: Path, link: str) -> None:
    (docs / "b.md").write_text("# B\n")
    assert broken(docs, f"# Here\n\nSee [b]({link}).\n") == [link]


def test_code_blocks_are_not_read(docs: Path) -> None:
    assert broken(docs, "```\n[x](nowhere.md)\n```\n") == []
