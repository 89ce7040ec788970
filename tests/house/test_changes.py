"""Fragments are sentences, and a release collects them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import changes

GOOD = "A statement takes `as_of`, and answers as the tables were then.\n"


def test_well_formed_fragment_has_no_complaints() -> None:
    assert list(changes.complaints("time-travel.md", GOOD)) == []


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("Time_Travel.md", GOOD, "lower-case"),
        ("time-travel.txt", GOOD, "lower-case"),
        ("a.md", " \n", "empty"),
        ("a.md", "# Time travel\n\nA sentence.", "heading"),
        ("a.md", "adds time travel.", "capital"),
        ("a.md", "Adds time travel", "full stop"),
        ("a.md", "A" * 1300 + ".", "1301"),
    ],
)
def test_other_forms_are_named(name: str, text: str, complaint: str) -> None:
    assert complaint in " ".join(changes.complaints(name, text))


def test_every_fragment_of_ours_is_well_formed() -> None:
    assert changes.main([]) == 0


def test_release_moves_fragments_into_the_changelog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "changes"
    folder.mkdir()
    (folder / "README.md").write_text("# How\n")
    (folder / "b.md").write_text("The second\nthing.\n")
    (folder / "a.md").write_text("The first thing.\n")
    log = tmp_path / "CHANGELOG.md"
    log.write_text("# Changelog\n\n<!-- releases -->\n\n## 0.1.0 (2026-01-01)\n\n- Old.\n")
    monkeypatch.setattr(changes, "FOLDER", folder)
    monkeypatch.setattr(changes, "CHANGELOG", log)
    changes.release("0.2.0", "2026-02-03")
    assert [file.name for file in folder.iterdir()] == ["README.md"]
    expected = "## 0.2.0 (2026-02-03)\n\n- The first thing.\n- The second thing.\n\n## 0.1.0"
    assert expected in log.read_text()
