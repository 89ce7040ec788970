"""Runner processes over a lake in a folder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


def _jobs_fixtures() -> ModuleType:
    """Load the lake of tests/jobs, which the engine is tested on too."""
    name = "jobs_fixtures"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE.parent / "jobs" / "conftest.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def make_lake() -> Any:
    return _jobs_fixtures().Lake


@pytest.fixture
def lake(tmp_path: Path, make_lake: Any) -> Iterator[Any]:
    with closing(make_lake(tmp_path)) as opened:
        yield opened
