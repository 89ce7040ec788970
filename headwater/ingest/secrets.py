"""What a secret looks like in text: rules with names, and a glance that is nearly free."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from headwater.errors import Invalid

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

MASK: Final = "***"

_WORDS: Final = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token"),
    *("credential", "credentials"),
    *("api_key", "api-key", "apikey", "apiKey", "access_key", "access-key", "accesskey"),
    *("accessKey", "account_key", "account-key", "accountkey", "accountKey"),
    *("private_key", "private-key", "privatekey", "privateKey"),
)


def _cased(words: tuple[str, ...]) -> list[str]:
    """Return words as they are, in capitals, and with a capital; longer ones first."""
    found = {form for w in words for form in (w, w.upper(), w[:1].upper() + w[1:])}
    return sorted(found, key=lambda word: (-len(word), word))


_WORD: Final = "|".join(map(re.escape, _cased(_WORDS)))
_NAME: Final = rf"(?:{_WORD})(?:[_.\-]?(?:[kK][eE][yY]|KEY|[iI][dD]|[vV]alue))?"
_MARKS: Final = (
    *("AKIA", "ASIA", "earer ", "EARER ", "eyJ", "PRIVATE KEY", "ghp_", "gho_", "ghu_", "ghs_"),
    *("ghr_", "github_pat_", "xox", "dapi", "AIza", "sk_live_", "dentified by", "DENTIFIED BY"),
)
_NOT_MASKED: Final = r"(?!\*\*\*|\$\{|\$\(|\{\{|%s|%\(|\?|<)"
_PLAIN: Final = rf"{_NOT_MASKED}[^\s,;&\"'()\[\]{{}}<>\\]+"

RULES: Final[dict[str, str]] = {
    "url-password": rf"://[^/\s:@\"'<>]*:(?P<secret>{_NOT_MASKED}[^/\s@\"'<>]+)@",
    "private-key": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>(?!\*\*\*).+?)"
        r"(?=-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    ),
    "assignment": rf"(?:{_NAME})\\?[\"']?\s*=\s*(?P<secret>{_PLAIN})",
    "quoted-assignment": (
        rf"(?:{_NAME})\\?[\"']?\s*[=:]\s*\\?(?P<quote>[\"'])"
        rf"(?P<secret>{_NOT_MASKED}[^\"'\\]+)\\?(?P=quote)"
    ),
    "password": rf"(?:{'|'.join(_cased(('password', 'passwd', 'pwd')))}):\s?(?P<secret>{_PLAIN})",
    "sql-password": (
        r"(?:(?:PASSWORD|password|Password)|[iI]dentified by|IDENTIFIED BY)\s+"
        r"'(?P<secret>(?!\*\*\*)(?:[^']|'')+)'"
    ),
    "bearer": (
        r"(?:[bB]earer|BEARER) (?=[A-Za-z._~+/=\-]*[0-9])(?P<secret>[A-Za-z0-9._~+/=\-]{8,})"
    ),
    "aws-access-key": r"(?<![A-Za-z0-9])(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})(?![A-Za-z0-9])",
    "jwt": (
        r"(?<![A-Za-z0-9_\-])(?P<secret>eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"
        r"\.[A-Za-z0-9_\-]*)"
    ),
    "vendor-token": (
        r"(?<![A-Za-z0-9])(?P<secret>gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}"
        r"|xox[abprs]-[A-Za-z0-9\-]{10,}|dapi[0-9a-f]{32}|AIza[A-Za-z0-9_\-]{35}"
        r"|sk_live_[A-Za-z0-9]{16,})"
    ),
}
"""The rules that always hold, by name; the group `secret` is what is masked."""

_LONGEST_NAME: Final = 64
_LONG: Final = 16_384
_PIECE: Final = 4_096
_OVERLAP: Final = 512
_NOT_IN_SQL: Final = ("assignment", "password")
URL_RULE: Final = "url-password"
NAMED_RULE: Final = "named"
_SENSITIVE: Final = re.compile(rf".*?{_NAME}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SecretRule:
    """A rule with its name; `pattern` marks what to mask by the group `secret`, else as a whole."""

    name: str
    pattern: re.Pattern[str]

    def masked(self, text: str) -> str:
        """Return the text with every secret of this rule masked."""
        group = "secret" if "secret" in self.pattern.groupindex else 0

        def mask(found: re.Match[str]) -> str:
            start, end = found.span(group)
            offset = found.start()
            return found[0][: start - offset] + MASK + found[0][end - offset :]

        return self.pattern.sub(mask, text)


@lru_cache(maxsize=4096)
def is_sensitive(name: str) -> bool:
    """Tell whether what is called so is a secret, by the end of the name."""
    return _SENSITIVE.fullmatch(name[-_LONGEST_NAME:]) is not None


class SecretRules:
    """The rules in force: those that always hold, and an operator's own."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = [*_compiled(own or {})]
        self._rules = [*_compiled(RULES), *self._own]
        self._url = next(rule for rule in self._rules if rule.name == URL_RULE)

    def may_be_in(self, text: str) -> bool:
        """Tell, at next to no cost, whether text may hold a secret; False is certain."""
        words, urls = _glances()
        if not text.isascii():  # half a character is not for Rust
            text = text.encode("utf-8", "replace").decode()
        if words.is_valid(text) or ("@" in text and urls.is_valid(text)):
            return True
        return any(rule.pattern.search(text) for rule in self._own)

    def masked(self, text: str, *, is_sql: bool = False) -> tuple[str, tuple[str, ...]]:
        """Return text without its secrets, and the names of the rules that found one.

        In SQL what stands unquoted behind `token =` is a column.
        """
        if not self.may_be_in(text):
            return text, ()
        rules = [rule for rule in self._rules if not (is_sql and rule.name in _NOT_IN_SQL)]
        parts: list[str] = []
        found: dict[str, None] = {}
        for part, is_suspect in self._parts(text):
            masked = part
            for rule in rules if is_suspect else ():
                before, masked = masked, rule.masked(masked)
                if masked != before:
                    found[rule.name] = None
            parts.append(masked)
        return "".join(parts), tuple(found)

    def _parts(self, text: str) -> Iterator[tuple[str, bool]]:
        """Yield a text in parts, each with whether a rule may find something in it.

        The rules take a second for ten megabytes, the glance hardly anything: so of a long text
        they see only what is around the words that matter.
        """
        if len(text) <= _LONG:
            yield text, True
            return
        starts = range(0, len(text), _PIECE)
        hits = [self.may_be_in(text[at : at + _PIECE + _OVERLAP]) for at in starts]
        suspects = [hit or before for hit, before in zip(hits, [False, *hits], strict=False)]
        begin = 0
        for number in range(1, len(suspects) + 1):
            if number == len(suspects) or suspects[number] != suspects[begin]:
                yield text[begin * _PIECE : number * _PIECE], suspects[begin]
                begin = number

    def masked_identity(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return the name of a thing without a password in a URL; it stays a name otherwise."""
        masked = self._url.masked(text) if "@" in text else text
        return masked, () if masked == text else (URL_RULE,)


@cache
def _glances() -> tuple[Draft202012Validator, Draft202012Validator]:
    """Return searches for every word and mark at once, and for a password in a URL.

    They are Rust's regular expressions: two microseconds for an event, where Python's own take
    a hundred.
    """
    from jsonschema_rs import Draft202012Validator, RegexOptions

    found = "|".join(map(re.escape, (*_cased(_WORDS), *_MARKS)))
    patterns = (found, r"://[^/\s:@\"'<>]*:[^/\s@\"'<>]+@")
    options = RegexOptions()
    words, urls = (Draft202012Validator({"pattern": p}, pattern_options=options) for p in patterns)
    return words, urls


def _compiled(rules: Mapping[str, str]) -> Iterator[SecretRule]:
    for name, pattern in rules.items():
        try:
            yield SecretRule(name, re.compile(pattern, re.DOTALL))
        except re.error as error:
            raise Invalid(
                f"the redaction rule {name!r} is no regular expression: {error}",
                hint="correct HEADWATER_LINEAGE__REDACT_PATTERNS",
            ) from error
