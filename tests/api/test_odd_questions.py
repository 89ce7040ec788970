"""Every question of the OpenAPI document, asked oddly, is answered or explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.model.exchange import Reply
from tests.shapes import check_shape

SHARES = 6
TIMELIKE = {"after", "asOf", "at", "before", "from", "knownAt", "since", "to", "until"}
RUN = "01a1fb67-1800-7de6-80de-0d1c32a0395a"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ENDLESS = {"/api/v2/live"}
NUMBERS = ["", "-1", "9223372036854775808", "1" * 400, "NaN", "%00"]
TIMES = [
    "-1",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
]
TEXTS = [
    "",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "..%2F..%2Fetc",
    "'%22%25*%5B",
    "dataset:::",
    "eyJhIjoxfQ",
]
USUAL = {
    "dataset": "orders",
    "field": "id",
    "job": "load",
    "key": "x",
    "name": "orders",
    "namespace": "shop",
    "node": "dataset:shop:orders",
    "nodeId": "dataset:shop:orders",
    "q": "load",
    "runId": RUN,
    "run_id": RUN,
    "sequence": "1",
    "service": "shop",
    "source": "orders",
    "span_id": SPAN,
    "table": "raw.orders",
    "text": "a",
    "to": RUN,
    "trace_id": TRACE,
}
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-02T03:04:05Z",
    "producer": "https://a.example",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": RUN},
    "job": {"namespace": "shop", "name": "load"},
    "outputs": [{"namespace": "shop", "name": "orders"}],
}
SPANS = {
    "resourceSpans": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": TRACE,
                            "spanId": SPAN,
                            "name": "load",
                            "kind": 1,
                            "startTimeUnixNano": "1767323045000000000",
                            "endTimeUnixNano": "1767323046000000000",
                        }
                    ]
                }
            ],
        }
    ]
}


class Asked:
    """A platform with one event, one span and two records, one of them refused."""

    def __init__(self, platform: Platform) -> None:
        self.front = platform.application
        self._exchange = inside_exchange(platform.application)
        for target, body in (
            ("/api/v1/lineage", json.dumps(EVENT)),
            ("/v1/traces", json.dumps(SPANS)),
            ("/ingest/orders", '[{"id":1},{"id":NaN}]'),
        ):
            assert self("POST", target, body.encode()).status < 300
        document = json.loads(self("GET", "/openapi.json").body)
        self.questions = {
            path: [one for one in methods["get"].get("parameters", []) if one["in"] != "header"]
            for path, methods in document["paths"].items()
            if "get" in methods and path not in ENDLESS
        }

    def __call__(self, method: str, target: str, body: bytes = b"") -> Reply:
        reply = self._exchange(method, target, body, {"Content-Type": "application/json"})
        check_shape(self.front, method, target, reply)
        return reply


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("odd")
    with Platform.open(load_settings(data=folder / "data")) as platform:
        yield Asked(platform)


def target_of(path: str, parameters: list[Any], odd: dict[str, str]) -> str:
    """Return the question with what it needs, and with `odd` values as they are."""
    query = []
    for one in parameters:
        name = one["name"]
        value = odd.get(name)
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", value or quote(USUAL.get(name, "x"), safe=""))
        elif value is not None or one.get("required"):
            query.append(f"{name}={quote(USUAL.get(name, 'x')) if value is None else value}")
    return "?".join((path, "&".join(query))) if query else path


def odd_values(parameter: Any) -> list[str]:
    """Return what is odd for a parameter; some that are times are declared as text."""
    schema = parameter["schema"]
    kinds = {one.get("format", one.get("type")) for one in schema.get("anyOf", [schema])}
    if kinds & {"integer", "number"}:
        return NUMBERS
    if "date-time" in kinds or parameter["name"] in TIMELIKE:
        return TIMES
    return TEXTS if parameter["in"] == "path" else [*TEXTS, NUMBERS[2]]


def failures(ask: Asked, target: str) -> Iterator[str]:
    """Yield what is wrong with the answer to a question."""
    reply = ask("GET", target)
    if reply.status >= 500:
        yield f"{target[:150]} fails: {reply.body[:200]!r}"
    elif reply.status >= 400:
        said = json.loads(reply.body)
        if not any(
            said.get(name) for name in ("detail", "message", "error", "errors")
        ) or "Traceback" in str(said):
            yield f"{target[:150]} does not say what is wrong: {reply.body[:200]!r}"


@pytest.mark.parametrize("share", range(SHARES))
def test_every_odd_value_of_every_parameter_is_answered_or_explained(
    ask: Asked, share: int
) -> None:
    questions = sorted(ask.questions.items())[share::SHARES]
    assert len(questions) > 10
    wrong = [
        failure
        for path, parameters in questions
        for one in parameters
        for value in odd_values(one)
        for failure in failures(ask, target_of(path, parameters, {one["name"]: value}))
    ]
    assert wrong == []


def test_all_parameters_odd_at_once_are_answered_or_explained(ask: Asked) -> None:
    wrong = [
        failure
        for path, parameters in ask.questions.items()
        for value in (NUMBERS[2], TIMES[1], TEXTS[1], TEXTS[2])
        for failure in failures(
            ask, target_of(path, parameters, {one["name"]: value for one in parameters})
        )
    ]
    assert wrong == []
