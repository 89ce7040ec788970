"""Every error has one status, one document and the headers that belong to it."""

from __future__ import annotations

import json

import pytest

from headwater import errors
from headwater.api.problems import STATUS, headers_of, problem_of, status_of
from headwater.errors import Busy, Conflict, HeadwaterError, Malformed, Unprocessable

KINDS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_and_a_document(kind: type[HeadwaterError]) -> None:
    error = kind("what was wrong", hint="what to do")
    problem = problem_of(error)
    assert kind in STATUS
    assert problem["status"] == status_of(error) >= 400
    assert problem["detail"] == "what was wrong"
    assert problem["hint"] == "what to do"
    assert problem["type"] == f"/docs/errors#{getattr(kind, 'slug', 'error')}"
    json.dumps(problem)


def test_slugs_tell_errors_apart() -> None:
    slugs = [kind.slug for kind in KINDS if kind is not HeadwaterError]
    assert len(set(slugs)) == len(slugs)


def test_error_of_another_kind_gets_the_status_of_its_ancestor() -> None:
    class Odd(Conflict):
        pass

    assert status_of(Odd("odd")) == 409


def test_problem_says_where_it_was() -> None:
    assert problem_of(Unprocessable("no", path="/0/data"))["path"] == "/0/data"
    assert problem_of(Malformed("no", offset=17))["offset"] == 17
    assert problem_of(Conflict("no", details={"downstream": ["a"]}))["downstream"] == ["a"]


def test_busy_says_when_to_come_back() -> None:
    assert headers_of(Busy("full", retry_after_seconds=7)) == {"Retry-After": "7"}
