"""Changelog fragments: checks their form, and collects them at a release.

`python -m tools.changes` checks; `python -m tools.changes --release 0.2.0` moves them into
CHANGELOG.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "changes"
CHANGELOG: Final = ROOT / "CHANGELOG.md"
MOST_CHARACTERS: Final = 1200
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.md")
_HEADING: Final = re.compile(r"^#", re.MULTILINE)


def fragments() -> list[Path]:
    """Return the fragments, in the order of their names."""
    return sorted(file for file in FOLDER.iterdir() if file.name != "README.md")


def complaints(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the form of one fragment."""
    said = text.strip()
    if not _NAME.fullmatch(name):
        yield "the name is not lower-case words joined by hyphens, ending in .md"
    if not said:
        yield "it is empty"
        return
    if _HEADING.search(said):
        yield "it has a heading; write sentences"
    if not said[0].isupper() and said[0] not in "`“":
        yield "it does not begin with a capital letter"
    if said[-1] not in ".`":
        yield "it does not end in a full stop"
    if len(said) > MOST_CHARACTERS:
        yield f"it has {len(said)} characters, more than {MOST_CHARACTERS}"


def release(version: str, today: str) -> None:
    """Put the fragments under a heading in CHANGELOG.md and remove them."""
    found = fragments()
    texts = [" ".join(file.read_text(encoding="utf-8").split()) for file in found]
    section = "\n".join([f"## {version} ({today})", "", *(f"- {text}" for text in texts), ""])
    head, mark, tail = CHANGELOG.read_text(encoding="utf-8").partition("<!-- releases -->\n")
    CHANGELOG.write_text(f"{head}{mark}\n{section}{tail}", encoding="utf-8")
    for file in found:
        file.unlink()


def main(arguments: list[str]) -> int:
    """Check every fragment; with `--release VERSION`, collect them when all are well."""
    wrong = [
        f"changes/{file.name}: {complaint}"
        for file in fragments()
        for complaint in complaints(file.name, file.read_text(encoding="utf-8"))
    ]
    if wrong:
        print("\n".join(wrong))
        return 1
    if arguments[:1] == ["--release"]:
        release(arguments[1], datetime.now(UTC).date().isoformat())
        return 0
    print(f"{len(fragments())} changelog fragments are well formed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
