"""How long search takes over 100,000 jobs and datasets, beside LIKE by hand, and what it costs."""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import text

from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.query.search import Filter, Search

EVENTS: Final = 25_000
"""Each names a job of its own and three datasets of its own: 100,000 things."""

BATCH: Final = 500
ROUNDS: Final = 60
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
WORDS: Final = 5_000
_LIKE: Final = "SELECT name FROM dataset WHERE display LIKE :like ORDER BY name LIMIT 20"

Result = dict[str, object]


def run() -> list[Result]:
    """Load the store once and ask each kind of question with words of its vocabulary."""
    chance = random.Random(5)
    words = _vocabulary(chance)
    with tempfile.TemporaryDirectory() as folder:
        log = SqlLineage.open(Path(folder) / "lineage.db")
        try:
            spent = _load(log, words, chance)
            reads = LineageReads(log.engine)
            return [*_questions(reads, words), _by_hand(log, words), spent]
        finally:
            log.close()


def _questions(reads: LineageReads, words: list[str]) -> Iterator[Result]:
    search = Search(reads)
    choose = random.Random(11)
    common, rest = words[:20], words[200:]

    def ask(query: str, among: Filter | None = None) -> Callable[[], object]:
        return lambda: search.find(query, among=among)

    kinds: dict[str, Callable[[], Callable[[], object]]] = {
        "a word": lambda: ask(choose.choice(rest)),
        "the first three letters of a word": lambda: ask(choose.choice(rest)[:3]),
        "two words": lambda: ask(f"{choose.choice(common)} {choose.choice(rest)}"),
        "a word in a namespace": lambda: ask(
            choose.choice(common), Filter(namespace=f"db{choose.randrange(20)}", kind="dataset")
        ),
        "one of the 20 commonest words": lambda: ask(choose.choice(common)),
    }
    for name, make in kinds.items():
        yield {
            "name": f"search 100,000 things for {name}, p95 of CPU",
            "value": round(_p95([make() for _ in range(ROUNDS)]), 1),
            "unit": "ms",
            "floor": 50,
            "aim": 15,
        }


def _by_hand(log: SqlLineage, words: list[str]) -> Result:
    choose = random.Random(11)

    def ask() -> object:
        like = {"like": f"%{choose.choice(words[200:])}%"}
        with log.engine.connect().execution_options(read_only=True) as connection:
            return connection.execute(text(_LIKE), like).all()

    value = round(_p95([ask] * ROUNDS), 1)
    return {
        "name": "LIKE over the names of datasets alone, p95 of CPU",
        "value": value,
        "unit": "ms",
    }


def _p95(asked: list[Callable[[], object]]) -> float:
    """Return milliseconds of CPU: an answer waits for nothing but this process and its pages."""
    times = []
    for ask in asked:
        started = time.process_time()
        ask()
        times.append((time.process_time() - started) * 1000)
    return statistics.quantiles(times, n=20)[-1]


def _vocabulary(chance: random.Random) -> list[str]:
    """Return made-up words of two to four syllables, the commonest first."""
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "or", "an")]
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(syllables, k=chance.randint(2, 4)))] = None
    return list(found)


def _load(log: SqlLineage, words: list[str], chance: random.Random) -> Result:
    weights = [1 / (rank + 3) for rank in range(len(words))]
    started = time.process_time()
    for first in range(0, EVENTS, BATCH):
        portion = [
            _event(n, chance.choices(words, weights, k=40)) for n in range(first, first + BATCH)
        ]
        log.apply([Arrival(body=body, principal=LOCAL, received_at=NOW) for body in portion])
    seconds = time.process_time() - started
    return {
        "name": "CPU for a new job or dataset, its document and index included",
        "value": round(seconds / EVENTS / 4 * 1e6),
        "unit": "us",
    }


def _event(number: int, words: list[str]) -> bytes:
    """Make an event with names, columns and descriptions out of 40 words."""
    datasets = []
    for place in range(3):
        own = words[place * 12 : place * 12 + 12]
        facets = {
            "schema": {"fields": [{"name": "_".join(own[n : n + 2])} for n in range(4)]},
            "documentation": {"description": " ".join(own)},
            "ownership": {"owners": [{"name": f"team:{words[place]}"}]},
        }
        name = f"{own[0]}.{own[1]}_{own[2]}_{number}_{place}"
        datasets.append({"namespace": f"db{number % 20}", "name": name, "facets": facets})
    query = f"SELECT {words[36]}, {words[37]} FROM {datasets[0]['name']}"
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-03-01T00:00:00Z",
        "producer": "urn:bench",
        "run": {"runId": f"00000000-0000-4000-8000-{number:012d}"},
        "job": {
            "namespace": "bench",
            "name": f"{words[38]}_{words[39]}_{number}",
            "facets": {"sql": {"query": query}},
        },
        "inputs": datasets[:1],
        "outputs": datasets[1:],
    }
    return json.dumps(event).encode()
