"""Ground truth for lineage: change one input column, run again, see which outputs change.

`judge` takes anything that turns tables into one table, so a statement and a whole job alike.
What counts as a change: the bag of rows, looked at through the columns in question. For an
input column, the outputs that the lineage does *not* name must together stay the same bag
under every change; each output that it does name must change, beside those, under some.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Column = tuple[str, str]
"""A table and a column of it."""


@dataclass(frozen=True)
class Data:
    """A table: column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def with_column(self, name: str, values: Sequence[Any]) -> Data:
        """Return the table with other values in one column."""
        at = self.columns.index(name)
        rows = zip(self.rows, values, strict=True)
        return Data(self.columns, tuple((*row[:at], value, *row[at + 1 :]) for row, value in rows))


Run = Callable[[Mapping[str, Data]], Data]
"""What is judged: from input tables to the output table."""


@dataclass
class Verdict:
    """Claims that a change confirmed, claims that none did, and effects that nobody claimed."""

    confirmed: set[tuple[Column, str]] = field(default_factory=set)
    unconfirmed: set[tuple[Column, str]] = field(default_factory=set)
    missed: set[tuple[Column, str]] = field(default_factory=set)

    def add(self, other: Verdict, label: str = "") -> None:
        """Count another verdict in; `label` keeps equal pairs of several judgements apart."""
        for name in ("confirmed", "unconfirmed", "missed"):
            mine, theirs = getattr(self, name), getattr(other, name)
            mine |= {((f"{label}:{table}", column), out) for (table, column), out in theirs}

    @property
    def recall(self) -> float:
        """Return the share of the true effects that were claimed."""
        true = len(self.confirmed) + len(self.missed)
        return len(self.confirmed) / true if true else 1.0

    @property
    def precision(self) -> float:
        """Return the share of the claims that are true."""
        claims = len(self.confirmed) + len(self.unconfirmed)
        return len(self.confirmed) / claims if claims else 1.0


def judge(
    run: Run,
    bases: Sequence[Mapping[str, Data]],
    claims: Mapping[str, set[Column]],
    *,
    fresh: Callable[[Any, random.Random], Any],
    cells: int = 4,
) -> Verdict:
    """Hold claimed inputs per output column, in order, against what changes really do.

    `bases` are data sets to start from; `fresh` makes another value like the one given.
    """
    verdict = Verdict()
    for number, tables in enumerate(bases):
        before = run(tables)
        assert len(before.columns) == len(claims), (before.columns, list(claims))
        for table, data in tables.items():
            for column in data.columns:
                one = _Judgement((table, column), claims, before)
                if number > 0 and one.pairs() <= verdict.confirmed:
                    continue
                rng = random.Random(f"{number} {table} {column}")
                for changed in _changes(data, column, fresh, rng, cells if one.claimed else 1):
                    one.look(run({**tables, table: changed}))
                verdict.confirmed |= {(one.column, name) for name in one.seen}
                verdict.missed |= {(one.column, name) for name in one.missed}
                verdict.unconfirmed |= one.pairs()
    verdict.unconfirmed -= verdict.confirmed
    return verdict


class _Judgement:
    """What changes of one input column show."""

    def __init__(self, column: Column, claims: Mapping[str, set[Column]], before: Data) -> None:
        names = list(claims)
        self.column = column
        self.claimed = {at: name for at, name in enumerate(names) if column in claims[name]}
        self._others = {at: name for at, name in enumerate(names) if at not in self.claimed}
        self._before = before
        self.seen: set[str] = set()
        self.missed: set[str] = set()

    def pairs(self) -> set[tuple[Column, str]]:
        """Return the claims that are judged."""
        return {(self.column, name) for name in self.claimed.values()}

    def look(self, after: Data) -> None:
        """Count in what the output became."""
        still = tuple(self._others)
        if self._differs(after, still):
            alone = {name for at, name in self._others.items() if self._differs(after, (at,))}
            self.missed |= alone or {"+".join(self._others.values())}
            return
        for at, name in self.claimed.items():
            if name not in self.seen and self._differs(after, (*still, at)):
                self.seen.add(name)

    def _differs(self, after: Data, columns: tuple[int, ...]) -> bool:
        return _bag(self._before, columns) != _bag(after, columns)


def _bag(data: Data, columns: tuple[int, ...]) -> Counter[str]:
    return Counter(repr([row[at] for at in columns]) for row in data.rows) if columns else Counter()


def _changes(
    data: Data,
    column: str,
    fresh: Callable[[Any, random.Random], Any],
    rng: random.Random,
    cells: int,
) -> Iterator[Data]:
    """Yield the table with one column changed: all at once, moved about, a cell at a time."""
    at = data.columns.index(column)
    old = [row[at] for row in data.rows]
    present = [value for value in old if value is not None] or [None]
    yield data.with_column(column, [None] * len(old))
    yield data.with_column(column, old[1:] + old[:1])
    yield data.with_column(column, [present[0]] * len(old))
    yield data.with_column(column, [fresh(rng.choice(present), rng) for _ in old])
    for _ in range(cells):
        yield data.with_column(column, rng.sample(old, len(old)))
        yield data.with_column(column, [fresh(rng.choice(present), rng) for _ in old])
        cell = rng.randrange(len(old))
        for value in (None, rng.choice(present), fresh(rng.choice(present), rng)):
            yield data.with_column(column, [*old[:cell], value, *old[cell + 1 :]])
