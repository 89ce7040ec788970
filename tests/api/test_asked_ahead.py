"""What a page will ask, worked out of its address."""

from __future__ import annotations

import pytest

from headwater.api.asked_ahead import address_asked

JOBS = "api/jobs?namespace={namespace?}&words={words?}&limit=50"


@pytest.mark.parametrize(
    ("ask", "given", "asked"),
    [
        (JOBS, [], "api/jobs?limit=50"),
        (JOBS, [("words", "a b"), ("namespace", "s3://lake")],
         "api/jobs?namespace=s3%3A%2F%2Flake&words=a%20b&limit=50"),
        (JOBS, [("words", "it's (new)!*~")], "api/jobs?words=it's%20(new)!*~&limit=50"),
        (JOBS, [("words", '"17.0"')], "api/jobs?words=17.0&limit=50"),
        (JOBS, [("words", "17")], "api/jobs?words=17&limit=50"),
        (JOBS, [("words", "17-a")], "api/jobs?words=17-a&limit=50"),
        ("api/runs/{id}", [("id", "a/b ")], "api/runs/a%2Fb%20"),
        ("api/runs/{id}?job={job?}", [("id", "1")], "api/runs/1"),
        ("api/overview?hours={hours=24}", [], "api/overview?hours=24"),
        ("api/overview?hours={hours=24}", [("hours", "1")], "api/overview?hours=1"),
        ("api/table?name={name}", [("tab", "rows"), ("name", "a")], "api/table?name=a"),
    ],
)  # fmt: skip
def test_a_question_is_written_as_the_page_writes_it(ask, given, asked):
    assert address_asked({"ask": ask, "beside": ["tab"]}, given) == asked


@pytest.mark.parametrize(
    ("ask", "given"),
    [
        (JOBS, [("window", "1d")]),
        (JOBS, [("words", "a"), ("words", "b")]),
        (JOBS, [("words", "1e3")]),
        (JOBS, [("words", "[1]")]),
        (JOBS, [("words", "null")]),
        (JOBS, [("words", "")]),
        (JOBS, [("words", "[" * 100_000)]),
        (JOBS, [("words", "9" * 5_000)]),
        (JOBS, [("words", '"\\ud800"')]),
        ("api/runs/{id}", []),
        ("api/table?name={name}", []),
    ],
)
def test_nothing_is_asked_where_the_question_is_not_sure(ask, given):
    assert address_asked({"ask": ask, "beside": []}, given) is None


def test_parameters_of_the_address_may_all_be_beside_the_question():
    asked = address_asked({"ask": "api/session", "beside": None}, [("any", "[1]")])
    assert asked == "api/session"
