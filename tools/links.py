"""Checks that every relative link in the documentation leads somewhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

ROOT: Final = Path(__file__).resolve().parent.parent
_LINK: Final = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_FENCE: Final = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_ANCHOR: Final = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")


def pages() -> list[Path]:
    """Return every page that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("changes/*.md")])


def broken_links() -> Iterator[tuple[Path, str]]:
    """Yield (page, link) for each link to a file or heading that is not there."""
    for page in pages():
        text = _FENCE.sub("", page.read_text(encoding="utf-8"))
        for link in _LINK.findall(text):
            if "://" not in link and not link.startswith("mailto:") and not _leads(page, link):
                yield page, link


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in _anchors(target)


@cache
def _anchors(page: Path) -> frozenset[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = {_slug(heading) for heading in _HEADING.findall(text)}
    return frozenset(headings | set(_ANCHOR.findall(text)))


def _slug(heading: str) -> str:
    """Return the anchor that GitHub makes of a heading."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def main() -> int:
    """Print each broken link; fail if there is one."""
    broken = list(broken_links())
    for page, link in broken:
        print(f"{page.relative_to(ROOT)}: {link} leads nowhere")
    if not broken:
        print(f"every link of {len(pages())} pages leads somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
