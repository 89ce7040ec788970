from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.words import MOST_WORDS, field_of, mark_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shop.main.daily_sales", ["shop", "main", "daily", "sales"]),
        ("DailySales", ["daily", "sales", "dailysales"]),
        ("parseHTTPRequest2", ["parse", "http", "request2", "parsehttprequest2"]),
        ("Straße Größe café", ["strasse", "grosse", "cafe"]),
        ("s3://lake/2026-11-21", ["s3", "lake", "2026", "11", "21"]),
        ("\0\ud800", []),
        ("", []),
    ],
)
def test_a_text_falls_into_words(text, words):
    assert words_of(text) == words


@given(text=st.text(max_size=80))
def test_words_of_words_are_the_same_words(text):
    for word in words_of(text):
        assert " " not in word
        assert words_of(word) == [word]


def test_a_field_has_each_word_once_and_not_too_many():
    assert field_of(["a b", "b c"]) == "a b c"
    assert len(field_of(f"w{n}" for n in range(5_000)).split()) == MOST_WORDS


def test_marks_tell_parts_apart():
    assert mark_of("n", "a", "b") != mark_of("n", "ab") != mark_of("t", "ab")
    assert words_of(mark_of("n", "a")) == [mark_of("n", "a")]
