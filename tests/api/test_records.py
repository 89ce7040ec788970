"""The HTTP surface of records: ingest, schemas, sources, quarantine, seal."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from headwater.api.quarantine import quarantine_router
from headwater.api.records import records_routes, sources_router
from headwater.api.schemas import schemas_router
from headwater.app.records import open_records
from headwater.ingest.replays import Replays
from headwater.ingest.settings import IngestSettings
from headwater.query.ingest_rate import IngestRate

LIMIT = 100_000
SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}}


@pytest.fixture
def lake(tmp_path: Path, clock: Any, calling: Callable[..., Any]) -> Iterator[Any]:
    with ExitStack() as stack:
        records = open_records(
            stack,
            tmp_path,
            settings=IngestSettings(),
            clock=clock,
            downstream=lambda source: [f"processed.{source}"],
        )
        routers = [
            sources_router(
                manifest=records.manifest,
                registry=records.registry,
                quarantine=records.quarantine,
                sealing=records.sealing,
                rate=IngestRate(
                    records.manifest,
                    quarantine=records.quarantine,
                    rates=records.door.rates,
                    clock=clock,
                ),
            ),
            schemas_router(records.registry),
            quarantine_router(
                records.quarantine,
                Replays(records.quarantine, records.door),
                max_body_bytes=LIMIT,
            ),
        ]
        call = calling(*routers, hot=records_routes(records.door, max_body_bytes=LIMIT))

        def ask(method: str, target: str, body: Any = b"", **options: Any) -> tuple[int, Any]:
            reply = call(method, target, body, **options)
            return reply.status, json.loads(reply.body)

        yield SimpleNamespace(ask=ask, call=call, records=records)


def test_one_record_is_accepted_with_its_id(lake: Any) -> None:
    status, answer = lake.ask("POST", "/ingest", {"source": "a", "data": {"x": 1}})
    assert status == 202
    assert answer["accepted"] == 1
    assert answer["rejected"] == 0
    assert answer["errors"] == []
    assert isinstance(answer["ids"][0], str)


def test_answer_is_as_long_as_the_input(lake: Any) -> None:
    body = b'[{"source":"a","data":{"x":1}},{"source":"a","data":{"x":NaN}},7]'
    status, answer = lake.ask("POST", "/ingest", body)
    assert status == 202
    assert (answer["accepted"], answer["rejected"]) == (1, 2)
    assert [id_ is None for id_ in answer["ids"]] == [False, True, True]
    assert [(e["index"], e["path"]) for e in answer["errors"]] == [(1, "/data/x"), (2, "")]


@pytest.mark.parametrize("body", [b'{"x":1}', b'[{"x":1}]', b'{"x":1}\n', b'{\n "x": 1\n}'])
def test_bare_payloads_go_to_their_source(lake: Any, body: bytes) -> None:
    assert lake.ask("POST", "/ingest/a", body)[1]["accepted"] == 1


def test_lines_and_gzip_are_understood(lake: Any) -> None:
    lines = b"".join(b'{"source":"a","data":{"x":%d}}\n' % n for n in range(1000))
    for headers in ({"Content-Encoding": "gzip"}, {}):
        status, answer = lake.ask("POST", "/ingest", gzip.compress(lines), headers=headers)
        assert (status, answer["accepted"]) == (202, 1000)


def test_not_json_is_400_with_its_offset(lake: Any) -> None:
    status, problem = lake.ask("POST", "/ingest", b'{"source": "a", "data"; {}}')
    assert (status, problem["status"], problem["offset"]) == (400, 400, 22)


@pytest.mark.parametrize("body", [b"x" * (LIMIT + 1), gzip.compress(b"[" + b" " * 50_000_000)])
def test_over_the_limit_is_413(lake: Any, body: bytes) -> None:
    assert lake.ask("POST", "/ingest", body)[0] == 413


@pytest.mark.parametrize("name", ["..%2Fup", "nul%00", quote("größe"), "s" * 300, "%FF", "A"])
def test_bad_source_is_422_with_its_path(lake: Any, name: str) -> None:
    status, problem = lake.ask("POST", f"/ingest/{name}", b"{}")
    assert (status, problem["path"]) == (422, "/source")


def test_missing_source_is_422_with_its_path(lake: Any) -> None:
    status, problem = lake.ask("POST", "/ingest", b'{"data":{}}')
    assert (status, problem["path"]) == (422, "/source")


def test_idempotency_key_gives_the_same_answer(lake: Any) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = lake.ask("POST", "/ingest/a", b'{"x":1}', headers=headers)
    assert lake.ask("POST", "/ingest/a", b'{"x":1}', headers=headers) == first
    assert lake.ask("POST", "/ingest/a", b'{"x":2}', headers=headers)[0] == 409


def test_full_queue_is_503_with_retry_after(lake: Any) -> None:
    lake.records.door._waiting_bytes = 1 << 40
    reply = lake.call("POST", "/ingest/a", b"{}")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "1"


def test_schema_is_registered_read_and_enforced(lake: Any) -> None:
    status, first = lake.ask("PUT", "/api/v2/schemas?source=a", SCHEMA)
    assert (status, first["version"], first["columns"][0]["type"]) == (200, 1, "long")
    assert lake.ask("POST", "/api/v2/schemas?source=a", SCHEMA)[1]["version"] == 1
    assert lake.ask("GET", "/api/v2/schemas/version?source=a")[1]["schema"] == SCHEMA
    assert len(lake.ask("GET", "/api/v2/schemas")[1]["schemas"]) == 1
    answer = lake.ask("POST", "/ingest/a", b'{"x":"text"}')[1]
    assert answer["errors"][0]["path"] == "/x"
    assert lake.ask("GET", "/api/v2/schemas/version?source=a&version=9")[0] == 404


def test_schema_that_is_none_is_422_and_a_breaking_one_409(lake: Any) -> None:
    assert lake.ask("PUT", "/api/v2/schemas?source=a", {"type": "objekt"})[0] == 422
    assert lake.ask("PUT", "/api/v2/schemas?source=a", 5)[0] == 422
    lake.ask("PUT", "/api/v2/schemas?source=a", SCHEMA)
    status, problem = lake.ask("PUT", "/api/v2/schemas?source=a", {"type": "object"})
    assert status == 409
    assert problem["changes"] == [{"path": "/x", "change": "is removed"}]
    assert problem["downstream"] == ["processed.a"]


def test_sources_and_segments_are_counted_after_a_seal(lake: Any) -> None:
    lake.ask("POST", "/ingest/a", b'[{"x":1},{"x":2},NaN]')
    status, sealed = lake.ask("POST", "/api/v2/seal")
    assert (status, sealed["segments"][0]["records"]) == (200, 2)
    (source,) = lake.ask("GET", "/api/v2/sources")[1]["sources"]
    assert (source["source"], source["records"], source["quarantined"]) == ("a", 2, 1)
    assert source["schema_proposed"] is True
    assert lake.ask("GET", "/api/v2/segments?source=a")[1]["segments"] == sealed["segments"]
    assert lake.ask("GET", "/api/v2/segments?after=1")[1]["segments"] == []
    assert lake.ask("GET", "/api/v2/segments?limit=0")[0] == 422
    assert lake.ask("GET", f"/api/v2/segments?after={2**64}")[0] == 422
    assert lake.ask("GET", f"/api/v2/schemas/version?source=a&version={2**64}")[0] == 422


def waiting(lake: Any, target: str = "") -> list[Any]:
    records: list[Any] = lake.ask("GET", f"/api/v2/quarantine{target}")[1]["records"]
    return records


def test_quarantine_is_read_page_by_page(lake: Any) -> None:
    lake.ask("POST", "/ingest", b'[{"source":"a","data":{"x":NaN}},{"source":"b","data":5},9]')
    (one,) = waiting(lake, "?source=a")
    assert (one["stage"], one["path"], one["data"]) == ("ingest", "/data/x", '{"x":NaN}')
    assert lake.ask("GET", f"/api/v2/quarantine/record?key={one['key']}") == (200, one)
    seen = []
    target = "?limit=1"
    while target:
        _, page = lake.ask("GET", f"/api/v2/quarantine{target}")
        seen += page["records"]
        target = f"?limit=1&after={page['next']}" if page["next"] else ""
    assert [record["source"] for record in seen] == ["a", "b", ""]
    assert lake.ask("GET", "/api/v2/quarantine/record?key=none")[0] == 404
    assert lake.ask("GET", "/api/v2/quarantine?limit=5000")[0] == 422


def test_fixed_record_goes_in_once(lake: Any) -> None:
    lake.ask("PUT", "/api/v2/schemas?source=a", SCHEMA)
    lake.ask("POST", "/ingest/a", b'{"x":NaN}')
    key = waiting(lake)[0]["key"]
    target = f"/api/v2/quarantine/fix?key={key}"
    status, problem = lake.ask("POST", target, b'{"x":"still wrong"}')
    assert (status, problem["path"]) == (422, "/x")
    assert lake.ask("POST", target, b'{"x":1}')[0] == 202
    assert lake.ask("POST", target, b'{"x":1}')[0] == 409
    assert lake.ask("POST", "/api/v2/seal")[1]["segments"][0]["records"] == 1
    assert waiting(lake) == []
    (history,) = waiting(lake, "?replayed=true")
    assert history["replayed_at"] is not None
    assert history["data"] == '{"x":NaN}'


def test_replay_as_is_succeeds_once_the_schema_allows_it(lake: Any) -> None:
    lake.ask("PUT", "/api/v2/schemas?source=a", SCHEMA)
    lake.ask("POST", "/ingest/a", b'[{"x":null},{"x":null},{"x":NaN}]')
    assert lake.ask("POST", "/api/v2/quarantine/replay-all?source=a")[1]["accepted"] == 0
    wider = {"type": "object", "properties": {"x": {"type": ["integer", "null"]}}}
    assert lake.ask("PUT", "/api/v2/schemas?source=a", wider)[0] == 200
    key = waiting(lake)[0]["key"]
    assert lake.ask("POST", f"/api/v2/quarantine/replay?key={key}")[0] == 202
    _, answer = lake.ask("POST", "/api/v2/quarantine/replay-all?source=a")
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert [record["data"] for record in waiting(lake)] == ['{"x":NaN}']
    _, again = lake.ask("POST", "/api/v2/quarantine/replay-all?source=a")
    assert again["accepted"] == 0
    assert lake.ask("POST", "/api/v2/seal")[1]["segments"][0]["records"] == 2


def test_record_with_a_bad_envelope_is_fixed_whole(lake: Any) -> None:
    lake.ask("POST", "/ingest", b'[{"sauce":"a","data":{"x":1}}]')
    key = waiting(lake)[0]["key"]
    assert lake.ask("POST", f"/api/v2/quarantine/replay?key={key}")[0] == 422
    fixed = b'{"source":"a","data":{"x":1}}'
    assert lake.ask("POST", f"/api/v2/quarantine/fix?key={key}", fixed)[0] == 202
    assert lake.ask("POST", "/api/v2/seal")[1]["segments"][0]["source"] == "a"
