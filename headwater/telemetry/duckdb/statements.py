"""SQL that stands in files beside the code, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

_NAME: Final = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def script(file: str) -> str:
    """Return a file of statements as it stands."""
    return (files(__package__) / file).read_text()


@cache
def statements(file: str) -> dict[str, str]:
    """Return the statements of a file, each below a line `-- name: …`."""
    _, *parts = _NAME.split(script(file))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: sql.strip().removesuffix(";") for name, sql in pairs}


def numbered(name: str, values: Iterable[object]) -> tuple[str, dict[str, object]]:
    """Return the inside of an IN list and its values.

    As values of their own they are looked at while rows are read; as one list, afterwards.
    """
    held = {f"{name}{number}": value for number, value in enumerate(values)}
    return ", ".join(f"${one}" for one in held), held
