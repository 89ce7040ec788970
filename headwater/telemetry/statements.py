"""SQL that stands in files beside the code, by name."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

_NAME: Final = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@cache
def script(package: str, file: str) -> str:
    """Return a file of statements of a package as it stands."""
    return (files(package) / file).read_text()


@cache
def statements(package: str, file: str) -> dict[str, str]:
    """Return the statements of a file, each below a line `-- name: …`."""
    _, *parts = _NAME.split(script(package, file))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: sql.strip().removesuffix(";") for name, sql in pairs}
