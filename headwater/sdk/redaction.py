"""What must not leave the process: passwords, keys and tokens in texts and in named values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

REDACTED: Final = "***"
"""What stands where a secret was."""

_NAMES: Final = (
    r"pass(?:word|wd|phrase)|pwd|secret(?:[_-]?key)?|token|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|credentials?|authorization|cookie|signature|sig|dsn|connection[_-]?string"
)
_SECRET_NAME: Final = re.compile(
    rf"(?:^|[_\-.])(?:{_NAMES})(?:$|[_\-.])|passw|passphrase|secret|apikey", re.IGNORECASE
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD: Final = re.compile(
    r"pass|pwd|secret|token|key|cred|auth|cookie|sig|dsn|conn|bearer|basic", re.I
)

_USER_INFO: Final = re.compile(
    r"(?P<scheme>\bhttps?://)[^\s/@'\"?#]+@|(?P<other>\b[a-z][a-z0-9+.\-]*://)[^\s/@:]*:[^\s/@]*@",
    re.IGNORECASE,
)
_AUTHORITY: Final = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.\-]*://)[^\s/@]*:[^\s/@]*@", re.I)
_ASSIGNED: Final = re.compile(
    rf"(?P<name>\b[\w\-.]*(?:{_NAMES})[\"']?\s*(?:=>|[=:])\s*)"
    r"(?P<quote>[\"']?)(?P<value>(?<=\")[^\"\n]+|(?<=')[^'\n]+|[^\s\"',;&)}\]]+)",
    re.IGNORECASE,
)
_BEARER: Final = re.compile(r"\b(?P<kind>bearer|basic)\s+[\w\-.~+/]{6,}=*", re.IGNORECASE)
_SHAPES: Final = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS access key ids
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}"  # JSON web tokens
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}\b"
    r"|\bxox[abprs]-[\w-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


def redact(text: str) -> str:
    """Return the text with what looks like a secret replaced by `***`."""
    if "://" in text:
        text = _USER_INFO.sub(_without_user, text)
    if _WORD.search(text):
        text = _BEARER.sub(rf"\g<kind> {REDACTED}", text)
        text = _ASSIGNED.sub(_without_value, text)
    return _SHAPES.sub(REDACTED, text)


def redact_values(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with those of secret names replaced, and secrets in the others."""
    return {
        name: REDACTED if is_secret_name(name) else redact(value) for name, value in values.items()
    }


def is_secret_name(name: str) -> bool:
    """Tell whether what is called so should be kept to oneself: `db_password`, `apiKey`."""
    return any(_SECRET_NAME.search(form) for form in (name, _CAMEL.sub("_", name)))


def without_credentials(namespace: str) -> str:
    """Return a namespace without a user and password, which OpenLineage's names never hold."""
    return _AUTHORITY.sub(r"\g<scheme>", namespace)


def _without_user(match: re.Match[str]) -> str:
    return f"{match['scheme'] or match['other']}{REDACTED}@"


def _without_value(match: re.Match[str]) -> str:
    if match["value"].lower() in {"bearer", "basic", "none", "true", "false", REDACTED}:
        return match[0]
    return f"{match['name']}{match['quote']}{REDACTED}"
