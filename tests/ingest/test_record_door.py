"""The door: what is answered is on the disk, what is wrong is in quarantine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from headwater.errors import Busy, Conflict, Malformed, Unavailable, Unprocessable
from headwater.model.principal import LOCAL, Action, Principal

OTHER = Principal(name="other", actions=frozenset(Action))


def admit(stage: Any, body: Any, **options: Any) -> Any:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asyncio.run(stage.door.admit(sent, LOCAL, **options))


def test_accepted_records_are_sealed_as_sent(stage: Any) -> None:
    body = b'[{"source":"a","data":{"x":1.10}},{"source":"b","data":{"y":[1, 2]}}]'
    admission = admit(stage, body)
    assert admission.accepted == 2
    assert admission.errors == ()
    segments = stage.sealing.seal()
    assert [(s.source, s.records, s.sequence) for s in segments] == [("a", 1, 1), ("b", 1, 2)]
    lines = stage.lines()
    assert b'"data":{"x":1.10}}' in lines[0]
    assert b'"data":{"y":[1, 2]}}' in lines[1]
    assert [json.loads(line)["id"] for line in lines] == list(admission.ids)
    assert json.loads(lines[0])["received_at"] == "2026-11-21T04:00:00.000000Z"
    assert segments[0].path == (
        "raw/source=a/year=2026/month=11/day=21/20261121T040000000000Z.ndjson"
    )


def test_ids_are_in_order_of_time_and_never_twice(stage: Any) -> None:
    ids = [
        id_ for _ in range(3) for id_ in admit(stage, [{"n": i} for i in range(5)], source="a").ids
    ]
    assert len(set(ids)) == 15
    assert ids == sorted(ids)


def test_rejected_record_is_in_quarantine_before_the_answer(stage: Any) -> None:
    admission = admit(stage, b'[{"source":"a","data":{"x":NaN}},{"source":"a","data":{"x":1}}]')
    assert admission.ids[0] is None
    assert admission.ids[1] is not None
    assert [(e.index, e.path) for e in admission.errors] == [(0, "/data/x")]
    (row,) = stage.quarantine.find()
    assert (row.source, row.stage, row.path, row.data) == ("a", "ingest", "/data/x", b'{"x":NaN}')


def test_requests_that_share_a_write_have_their_own_answers(stage: Any) -> None:
    stage.registry.register(
        "a", {"type": "object", "properties": {"x": {"type": "integer"}}}, actor="me"
    )
    good = [{"source": "a", "data": {"x": n}} for n in range(20)]
    wrong: list[tuple[Any, Any]] = [
        (b'{"source":"a","data":{"x":1,"x":2}}', "twice"),
        (b'{"source":"A","data":{"x":1}}', Unprocessable),
        (b'{"source":"a","data":{"x":"text"}}', "integer"),
        (b'{"source":"a","data":', Malformed),
        (b'{"source":"a","data":}', Malformed),
        (b'{"x":1}},{"source":"a","data":{"x":1}}', Malformed),
        (b'{"source":"a","data":{"x":1}},{"source":"a","data":{"x":1}}', Malformed),
    ]

    async def all_at_once(bodies: list[bytes]) -> list[Any]:
        callers = (LOCAL, OTHER)
        return await asyncio.gather(
            *(stage.door.admit(body, callers[n % 2]) for n, body in enumerate(bodies)),
            return_exceptions=True,
        )

    bodies = [json.dumps(one).encode() for one in good]
    admissions = asyncio.run(all_at_once(bodies))
    assert [a.accepted for a in admissions] == [1] * 20
    mixed = asyncio.run(all_at_once([*bodies[:10], *(body for body, _ in wrong), *bodies[10:]]))
    for (_, expected), answer in zip(wrong, mixed[10:-10], strict=True):
        if isinstance(expected, str):
            assert answer.ids == (None,)
            assert expected in answer.errors[0].reason
        else:
            assert isinstance(answer, expected)
    ids = [a.ids[0] for a in (*admissions, *mixed[:10], *mixed[-10:])]
    assert len(set(ids)) == 40
    stage.sealing.seal()
    found = {line["id"]: line["data"]["x"] for line in map(json.loads, stage.lines())}
    assert [found[id_] for id_ in ids] == [*range(20), *range(20)]
    assert len(found) == 40


def test_a_defect_that_one_record_brings_out_does_not_take_its_neighbours(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.registry.register("a", {"type": "object"}, actor="me")

    def flaw(_: Any, value: Any) -> None:
        if value == {"x": 3}:
            raise ZeroDivisionError

    monkeypatch.setattr("headwater.wire.records.schema.RecordValidator.flaw", flaw)

    async def all_at_once() -> list[Any]:
        bodies = [b'{"source":"a","data":{"x":%d}}' % n for n in range(6)]
        admitted = (stage.door.admit(body, LOCAL) for body in bodies)
        return await asyncio.gather(*admitted, return_exceptions=True)

    for _ in range(2):
        answers = asyncio.run(all_at_once())
        assert isinstance(answers.pop(3), ZeroDivisionError)
        assert [answer.accepted for answer in answers] == [1] * 5


def test_registered_schema_is_checked_and_a_proposed_one_is_not(stage: Any) -> None:
    admit(stage, {"x": 1}, source="a")
    stage.sealing.seal()
    assert stage.registry.get("a").proposed
    assert admit(stage, {"x": "text"}, source="a").accepted == 1
    stage.registry.register(
        "a", {"type": "object", "properties": {"x": {"type": "integer"}}}, actor="me"
    )
    admission = admit(stage, [{"x": "text"}, {"x": 2}], source="a")
    assert [(e.index, e.path) for e in admission.errors] == [(0, "/x")]
    assert admit(stage, {"source": "a", "data": {"x": "t"}}).errors[0].path == "/data/x"
    assert admit(stage, b'{"x": 9223372036854775808}', source="a").accepted == 1


def test_out_of_range_numbers_are_the_jobs_business(stage: Any) -> None:
    stage.registry.register(
        "a", {"type": "object", "properties": {"x": {"type": "number"}}}, actor="me"
    )
    assert admit(stage, b'{"x": 1e400}', source="a").accepted == 1


@pytest.mark.parametrize(
    "name", ["../up", "nul\0", "größe", "s" * 300, "", "S", "1a", "a-b", "a/b", "\udcff"]
)
def test_bad_source_is_refused_with_its_path(stage: Any, name: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        admit(stage, {}, source=name)
    assert caught.value.path == "/source"
    with pytest.raises(Unprocessable) as caught:
        admit(stage, {"source": name, "data": {}})
    assert caught.value.path == "/source"
    assert stage.sealing.seal() == ()


def test_batch_with_a_bad_source_keeps_the_rest(stage: Any) -> None:
    admission = admit(stage, [{"source": "../up", "data": {}}, {"source": "a", "data": {}}, {}])
    assert [e.path for e in admission.errors] == ["/source", "/source"]
    assert admission.accepted == 1
    assert [row.data for row in stage.quarantine.find(source="")] == [
        b'{"source": "../up", "data": {}}',
        b"{}",
    ]


def test_not_json_is_refused_whole(stage: Any) -> None:
    with pytest.raises(Malformed):
        admit(stage, b'{"source":"a","data":{}}\n{"source":')
    assert stage.sealing.seal() == ()


def test_same_key_and_body_adds_nothing(stage: Any, open_in: Callable[..., Any]) -> None:
    body = [{"x": 1}, {"x": 2}]
    first = admit(stage, body, source="a", key="k1")
    assert admit(stage, body, source="a", key="k1") == first
    stage.sealing.seal()
    assert admit(stage, body, source="a", key="k1") == first
    stage.close()
    again = open_in(clock=stage.clock)
    assert admit(again, body, source="a", key="k1") == first
    again.sealing.seal()
    assert len(again.lines()) == 2


def test_key_of_an_unsealed_log_survives_a_restart(stage: Any, open_in: Callable[..., Any]) -> None:
    first = admit(stage, [{"x": 1}, 5], source="a", key="k1")
    stage.close()
    again = open_in(clock=stage.clock)
    assert admit(again, [{"x": 1}, 5], source="a", key="k1") == first
    assert again.quarantine.count() == 1


def test_same_key_with_another_body_conflicts(stage: Any) -> None:
    admit(stage, {"x": 1}, source="a", key="k1")
    for _ in range(2):
        with pytest.raises(Conflict):
            admit(stage, {"x": 2}, source="a", key="k1")
        with pytest.raises(Conflict):
            admit(stage, {"x": 1}, source="b", key="k1")
        stage.sealing.seal()
    other = asyncio.run(stage.door.admit(b'{"x": 2}', OTHER, source="a", key="k1"))
    assert other.accepted == 1


def test_key_is_forgotten_after_its_time(stage: Any) -> None:
    first = admit(stage, {"x": 1}, source="a", key="k1")
    stage.clock.advance(24 * 3600 + 1)
    second = admit(stage, {"x": 1}, source="a", key="k1")
    assert second != first
    stage.sealing.seal()
    stage.clock.advance(24 * 3600 + 1)
    assert admit(stage, {"x": 1}, source="a", key="k1") not in (first, second)


def test_key_of_a_failed_request_is_free(stage: Any) -> None:
    with pytest.raises(Malformed):
        admit(stage, b"{", source="a", key="k1")
    assert admit(stage, {"x": 1}, source="a", key="k1").accepted == 1


@pytest.mark.parametrize("key", ["", "k" * 256, "ü", "a\nb"])
def test_bad_key_is_refused(stage: Any, key: str) -> None:
    with pytest.raises(Unprocessable):
        admit(stage, {}, source="a", key=key)


def test_equal_keys_at_once_are_one_write(stage: Any) -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(
            *(stage.door.admit(b'{"x":1}', LOCAL, source="a", key="k1") for _ in range(20))
        )

    answers = asyncio.run(both())
    assert len({answer.ids for answer in answers}) == 1
    stage.sealing.seal()
    assert len(stage.lines()) == 1


def test_full_queue_is_busy_and_recovers(open_in: Callable[..., Any]) -> None:
    stage = open_in(max_waiting_requests=1, max_waiting_bytes=300)

    async def flood() -> list[Any]:
        return await asyncio.gather(
            *(
                stage.door.admit(b'{"x":"' + b"y" * 200 + b'"}', LOCAL, source="a")
                for _ in range(50)
            ),
            return_exceptions=True,
        )

    outcomes = asyncio.run(flood())
    accepted = [o for o in outcomes if not isinstance(o, Exception)]
    assert {type(o) for o in outcomes if isinstance(o, Exception)} == {Busy}
    assert accepted
    assert admit(stage, {"x": 1}, source="a").accepted == 1
    stage.sealing.seal()
    assert len(stage.lines()) == len(accepted) + 1


def test_closed_door_says_so(stage: Any) -> None:
    stage.door.close()
    with pytest.raises(Unavailable):
        admit(stage, {}, source="a")
    with pytest.raises(Unavailable):
        stage.door.admit_now(b"{}", LOCAL, source="a")


def test_a_thread_can_admit_too(stage: Any) -> None:
    assert stage.door.admit_now(b"{}\n{}", LOCAL, source="a").accepted == 2


def test_big_body_is_taken(stage: Any) -> None:
    body = b"[" + b",".join(b'{"n":%d,"t":"%b"}' % (i, b"x" * 100) for i in range(5000)) + b"]"
    assert admit(stage, body, source="a").accepted == 5000
    assert stage.sealing.seal()[0].records == 5000
    assert [json.loads(line)["data"]["n"] for line in stage.lines()] == list(range(5000))
