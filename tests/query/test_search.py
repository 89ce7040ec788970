from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading import documents as reading
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.query.search import Filter, Search, SearchPage, spans_in, terms_of
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def dataset(name: str, namespace: str = "db", **facets: Any) -> dict[str, Any]:
    return {"namespace": namespace, "name": name, "facets": facets}


def event(job: str, *outputs: dict[str, Any], **facets: Any) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-21T01:00:00Z",
        "run": {"runId": "01a1fb67-1800-7de6-80de-0d1c32a0395a"},
        "job": {"namespace": "etl", "name": job, "facets": facets},
        "outputs": list(outputs),
    }


def columns(*names: str) -> dict[str, Any]:
    return {"fields": [{"name": name} for name in names]}


Post = Callable[..., None]
Find = Callable[..., SearchPage]


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    return lineage_backend.open()


@pytest.fixture
def post(log: SqlLineage) -> Post:
    def send(*events: dict[str, Any] | Command) -> None:
        for one in events:
            is_command = isinstance(one, Command)
            body = one.to_bytes() if isinstance(one, Command) else json.dumps(one).encode()
            arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=is_command)
            (outcome,) = log.apply([arrival])
            assert isinstance(outcome, Applied), outcome

    return send


@pytest.fixture
def find(log: SqlLineage) -> Find:
    search = Search(LineageReads(log.engine))

    def ask(query: str = "", **how: Any) -> SearchPage:
        page = {name: how.pop(name) for name in ("limit", "after") if name in how}
        return search.find(query, among=Filter(**how), **page)

    return ask


def names(page: SearchPage) -> list[str]:
    return [hit.name.name for hit in page.hits]


def test_what_is_called_so_comes_before_what_only_mentions_it(post, find):
    post(
        event("load_orders_of_today", dataset("shop.orders")),
        event("other", dataset("mentions", documentation={"description": "made of orders"})),
        event("more", dataset("lines", schema=columns("orders", "line"))),
        event("query", dataset("late_orders"), sql={"query": "SELECT * FROM orders"}),
    )
    found = names(find("orders"))
    assert found[0] == "shop.orders"
    assert set(found[1:3]) == {"late_orders", "load_orders_of_today"}
    assert set(found[3:]) == {"lines", "mentions", "query"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("daily", "name"),
        ("gold", "tags"),
        ("finance", "owners"),
        ("customer", "columns"),
        ("revenue", "description"),
        ("unity", "catalog"),
        ("warehouse", "catalog"),
        ("lateral", "sql"),
    ],
)
def test_a_match_says_in_which_field_it_is(post, find, query, field):
    post(
        event(
            "daily_sums",
            dataset(
                "sums",
                schema=columns("customer_id", "day"),
                tags={"tags": [{"key": "gold"}]},
                ownership={"owners": [{"name": "team:finance"}]},
                documentation={"description": "Revenue by day"},
                catalog={"name": "unity", "type": "rest"},
                hierarchy={"hierarchy": [{"type": "SCHEMA", "name": "warehouse"}]},
            ),
            sql={"query": "SELECT 1 FROM a, LATERAL b"},
        )
    )
    (hit,) = find(query).hits
    assert {match.field for match in hit.matches} == {field}
    (match,) = hit.matches
    assert [match.text[a:b].lower() for a, b in match.spans] == [query]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("cust", True),
        ("CUST sal", True),
        ("customersales", True),
        ('"customer"', True),
        ('"cust"', False),
        ("sales nothing", False),
        ("c", False),
        ("café", False),
        ("customer.sales", True),
    ],
)
def test_words_are_prefixes_in_any_case_and_all_are_needed(post, find, query, is_found):
    post(event("j", dataset("CustomerSales")))
    assert ("CustomerSales" in names(find(query))) == is_found


def test_filters_narrow_and_list(post, find):
    tagged = {"tags": {"tags": [{"key": "PII", "value": "true", "field": "mail"}]}}
    post(
        event("load", dataset("people", **tagged), dataset("people", "other")),
        Command(verb="own", entity="dataset", namespace="other", name="people", item="Ann"),
    )
    assert len(find("people").hits) == 2
    assert [hit.name.namespace for hit in find("people", namespace="other").hits] == ["other"]
    assert [hit.name.namespace for hit in find("people", tag="pii").hits] == ["db"]
    assert [hit.owners for hit in find("people", owner="ann").hits] == [("Ann",)]
    assert names(find(kind="job")) == ["load"]
    assert names(find("people", kind="job")) == []
    assert names(find(namespace="db")) == ["people"]


def test_what_is_hidden_or_only_mentioned_is_not_found(post, find):
    made = {"inputFields": [{"namespace": "db", "name": "mentioned", "field": "a"}]}
    lineage = {"fields": {"a": made}}
    post(event("j", dataset("gone"), dataset("kept", columnLineage=lineage)))
    assert names(find("gone")) == ["gone"]
    assert names(find("mentioned")) == []
    post(Command(verb="delete", entity="dataset", namespace="db", name="gone"))
    assert names(find("gone")) == []


def test_pages_follow_one_another_without_gap_or_repeat(post, find):
    post(event("load", *(dataset(f"part_{n:03d}") for n in range(57))))
    seen: list[str] = []
    after = None
    while True:
        page = find("part", limit=10, after=after)
        seen += names(page)
        after = page.next
        if after is None:
            break
    assert seen == [f"part_{n:03d}" for n in range(57)]


def test_too_many_matches_are_narrowed_and_it_is_said(post, find, monkeypatch):
    described = {"documentation": {"description": "about part"}}
    post(event("load", *(dataset(f"thing_{n}", **described) for n in range(30)), dataset("part")))
    monkeypatch.setattr(reading, "MOST_RANKED", 20)
    page = find("part")
    assert names(page) == ["part"]
    assert str(page.reason).startswith("more than 20 things match; these have it in their names")
    page = find("thing")
    assert set(names(page)) <= {f"thing_{n}" for n in range(30)}
    assert "a part of them" in str(page.reason)
    assert find("thing 7").reason is None


@pytest.mark.parametrize("query", ["", "  ", "--", '""', "%_'"])
def test_a_question_without_words_is_refused(find, query):
    with pytest.raises(Invalid, match="no letters or digits"):
        find(query)


@pytest.mark.parametrize("after", ["x", "e30", "bnVsbA", "WzFd"])
def test_a_wrong_place_is_refused(find, after):
    with pytest.raises(Invalid, match="no place in the hits"):
        find("a", after=after)


def test_names_that_databases_refuse_are_found_by_their_words(post, find):
    post(event("j", dataset("odd\x00name \ud800 'quote\" tail")))
    for word in ("odd", "name", "quote", "tail"):
        assert len(find(word).hits) == 1


@given(query=st.text(max_size=40), text=st.text(max_size=60))
def test_spans_lie_in_the_text_in_order(query, text):
    end = 0
    for start, stop in spans_in(text, terms_of(query)):
        assert end <= start < stop <= len(text)
        end = stop


@given(query=st.text(max_size=40))
def test_any_question_is_answered_or_refused(find, query):
    try:
        find(query)
    except Invalid:
        assert not terms_of(query)
