"""What holds for every file of the web UI, beyond what its linter knows."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parent.parent.parent / "web" / "src"
TOKENS = SOURCE / "theme" / "tokens.css"
GENERATED = SOURCE / "api" / "schema.d.ts"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|oklch)\(")
TOKEN = re.compile(r"--hw-[a-z0-9-]+")
MOST_LINES = 400


def _files(*suffixes: str) -> list[Path]:
    return [path for path in SOURCE.rglob("*") if path.suffix in suffixes and path != GENERATED]


def test_colours_stand_in_the_tokens_alone() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {match[0]}"
        for path in _files(".ts", ".tsx", ".css")
        if path != TOKENS
        for match in COLOUR.finditer(path.read_text())
    ]
    assert found == []


def test_every_token_that_is_used_is_there_in_light_and_dark() -> None:
    light, dark = TOKENS.read_text().split('[data-mantine-color-scheme="dark"]')
    made = {text: set(re.findall(r"(--hw-[a-z0-9-]+):", text)) for text in (light, dark)}
    colours = {name for name in made[light] if name not in ("--hw-font", "--hw-mono")}
    assert colours == made[dark]
    used = {
        name for path in _files(".ts", ".tsx", ".css") for name in TOKEN.findall(path.read_text())
    }
    unknown = {name for name in used if name not in made[light] and not name.endswith("-")}
    assert unknown == set()


def test_files_are_short() -> None:
    long = {
        str(path.relative_to(SOURCE)): lines
        for path in _files(".ts", ".tsx", ".css")
        if (lines := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}
