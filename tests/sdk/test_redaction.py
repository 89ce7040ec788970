"""Secrets do not leave the process in messages, errors, arguments or names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.sdk import redact
from headwater.sdk.redaction import is_secret_name, redact_values, without_credentials


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgres://bob:hunter2@h/db", "postgres://***@h/db"),
        ("https://hunter2@github.com/a", "https://***@github.com/a"),
        ('connect(password="hunter2", port=5)', 'connect(password="***", port=5)'),
        ("{'api_key': 'hunter2', 'x': 1}", "{'api_key': '***', 'x': 1}"),
        ("PGPASSWORD=hunter2 psql", "PGPASSWORD=*** psql"),
        ("Authorization: Bearer hunter2hunter2", "Authorization: Bearer ***"),
        ("aws_secret_access_key => hunter2", "aws_secret_access_key => ***"),
        ("https://h/p?X-Amz-Signature=hunter2&x=1", "https://h/p?X-Amz-Signature=***&x=1"),
        ("key AKIAABCDEFGHIJKLMNOP was refused", "key *** was refused"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nhunter2", "***"),
    ],
)
def test_secrets_are_replaced(text: str, kept: str) -> None:
    assert redact(text) == kept
    assert "hunter2" not in redact(f"before {text} after").removesuffix(" after")


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'monkey'",
        "max_tokens: 5",
        "sort_key=4, author=eve",
        "abfss://container@account.dfs.core.windows.net/x",
        "s3://bucket/key=5/token.csv",
        "password: None",
        "token=***",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=300))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(alphabet="abcXYZ019_-", min_size=8, max_size=30))
def test_password_of_any_letters_is_replaced(secret: str) -> None:
    for text in (f"password={secret}", f'"token": "{secret}"', f"mysql://u:{secret}@h/d"):
        assert secret not in redact(text)


def test_values_of_secret_names_are_replaced_whatever_they_are() -> None:
    given = {"dbPassword": "x", "API_KEY": "y", "url": "http://u:p@h", "limit": "5"}
    assert redact_values(given) == {
        "dbPassword": "***",
        "API_KEY": "***",
        "url": "http://***@h",
        "limit": "5",
    }


@pytest.mark.parametrize("name", ["key", "monkey", "author", "tokens_used", "passage"])
def test_plain_names_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_namespaces_have_no_credentials() -> None:
    assert without_credentials("postgres://u:p@h:5432") == "postgres://h:5432"
    assert without_credentials("abfss://c@a.dfs") == "abfss://c@a.dfs"
