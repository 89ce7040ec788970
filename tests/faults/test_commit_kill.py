"""A committer that dies leaves the old table or the new one, and can be run again."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from headwater import duck
from headwater.lake.contract import BOOKMARK, RUN_ID
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.reading import scan_sql

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
Run = Callable[..., int | None]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def run(lake: Path) -> Iterator[Run]:
    command = [sys.executable, str(Path(__file__).with_name("committer.py")), str(lake)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as mother:
        assert mother.stdin is not None
        assert mother.stdout is not None
        stdin, stdout = mother.stdin, mother.stdout

        def order(
            number: int, *, die_at: int | None = None, die_after: float | None = None
        ) -> int | None:
            said = {"run": number, "die_at": die_at, "die_after": die_after}
            stdin.write(json.dumps(said) + "\n")
            stdin.flush()
            steps: int | None = json.loads(stdout.readline())
            return steps

        yield order
        stdin.close()


def numbers(lake: Path) -> list[int]:
    """Read the table, as any reader would while orphans lie around."""
    with closing(IcebergCommits(lake)) as commits, closing(duck.connect()) as connection:
        sql = scan_sql(commits, "processed", "t").sql
        found = connection.execute(f"SELECT number FROM ({sql}) ORDER BY event_ts").fetchall()
    return [number for (number,) in found]


def runs(lake: Path) -> list[tuple[str, str]]:
    with closing(IcebergCommits(lake)) as commits:
        snapshots = commits.tables.get("processed", "t").snapshots
    return [(one.summary[RUN_ID], one.summary[BOOKMARK]) for one in snapshots]


def check(lake: Path, run: Run, number: int) -> None:
    """Check the table after run `number` died, and that running it again does it once."""
    assert numbers(lake) in ([number - 1] * 2, [number] * 2)
    assert run(number) is not None
    assert numbers(lake) == [number] * 2
    assert runs(lake) == [(f"run-{each}", str(each)) for each in range(1, number + 1)]


def test_death_before_any_step_of_the_disk_leaves_a_whole_table(lake: Path, run: Run) -> None:
    run(1)
    steps = run(2)
    assert steps is not None
    assert steps > 20

    for number, step in enumerate(sample(range(1, steps + 1)), start=3):
        assert run(number, die_at=step) is None
        check(lake, run, number)


def test_death_at_any_time_leaves_a_whole_table(lake: Path, run: Run) -> None:
    run(1)

    for number in range(2, ROUNDS + 2):
        run(number, die_after=random.uniform(0.001, 0.12))
        check(lake, run, number)


def test_death_while_the_first_table_is_made_can_be_repeated(tmp_path: Path, run: Run) -> None:
    lake = tmp_path / "lake"
    for step in range(1, 12):
        assert run(1, die_at=step) is None
    run(1)

    assert numbers(lake) == [1, 1]
    assert runs(lake) == [("run-1", "1")]


def sample(steps: range) -> list[int]:
    return list(steps) if len(steps) <= ROUNDS else sorted(random.sample(steps, ROUNDS))
