"""However records are split into segments, runs and orders, the tables are the same."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

ROUNDS = max(3, int(os.environ.get("HEADWATER_TEST_ROUNDS", "20")) // 4)
LATENCY = ("latency_p50_seconds", "latency_p95_seconds")
PROCESSED = ("processed_at",)


def schema(mode: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "user": {"type": "string"},
            "amount": {"type": ["number", "null"]},
            "at": {"type": "string", "format": "date-time"},
        },
        "required": ["user", "at"],
        "x-event-time": "at",
        "x-dedupe": mode,
        "x-key": ["user"],
    }


datas = st.one_of(
    st.fixed_dictionaries(
        {
            "user": st.sampled_from("abc"),
            "amount": st.sampled_from([None, 1, 2.5]),
            "at": st.sampled_from(
                ["2026-02-27T23:59:59Z", "2026-02-28T10:00:00+02:00", "1970-01-01T00:00:00Z"]
            ),
        }
    ),
    st.sampled_from([None, {"user": 5}, [1], {"user": "a"}]),
)
record_lists = st.lists(st.tuples(datas, st.integers(0, 2)), min_size=1, max_size=12).map(
    lambda pairs: [
        {"id": f"id-{n:04}", "received_at": f"2026-03-0{day + 1}T10:00:00Z", "data": data}
        for n, (data, day) in enumerate(pairs)
    ]
)


def tables(make_lake: Any, mode: str, runs: list[list[list[dict[str, Any]]]]) -> dict[str, Any]:
    """Return all tables after some runs, each over some segments."""
    with TemporaryDirectory() as folder, closing(make_lake(Path(folder))) as lake:
        lake.registry.register("s", schema(mode), actor="test")
        for segments in runs:
            for records in segments:
                lake.put("s", records)
            results = lake.run("refresh")
            assert [r.error for r in results] == [None] * len(results)
        return {
            "processed": lake.rows("processed", "s", without=PROCESSED),
            "daily": lake.rows("curated", "daily_summary"),
            "hourly": lake.rows("curated", "hourly_metrics", without=LATENCY),
            "sources": lake.rows("curated", "source_statistics"),
            "refused": sorted((r.source, r.path, r.reason, r.data) for r in lake.quarantine.find()),
        }


@settings(max_examples=ROUNDS)
@given(
    mode=st.sampled_from(["hash", "key", "none"]),
    records=record_lists,
    random=st.randoms(use_true_random=False),
)
def test_any_split_gives_the_same_tables(
    make_lake: Any, mode: str, records: list[dict[str, Any]], random: Any
) -> None:
    whole = tables(make_lake, mode, [[records]])
    shuffled = random.sample(records, len(records))
    cuts = sorted(random.choices(range(len(shuffled) + 1), k=3))
    parts = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    segments = [part for part in parts if part]
    cut = random.randrange(len(segments)) + 1
    runs = [some for some in (segments[:cut], segments[cut:]) if some]
    assert tables(make_lake, mode, runs) == whole
