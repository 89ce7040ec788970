"""Asking the application inside the process."""

from __future__ import annotations

from headwater.model.exchange import Reply


def test_the_description_of_an_answer_leaves_its_body_out() -> None:
    described = repr(Reply(200, {"content-type": "text/plain"}, b"a body of many megabytes"))
    assert "200" in described
    assert "many megabytes" not in described
