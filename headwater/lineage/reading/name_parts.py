"""Names that hold some texts, by the index over their parts where that is quicker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.name_index import TRIGRAM
from headwater.lineage.names import display
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import rows_of

_MOST_BY_INDEX: Final = 20_000
"""More names than these are found sooner by reading all of them in their order."""

_MOST_TRIGRAMS: Final = 32
_MATCHES: Final = (
    "SELECT count(*) FROM (SELECT 1 FROM {kind}_trigram WHERE {kind}_trigram MATCH :sought"
    " LIMIT :most)"
)


class Named(NamedTuple):
    """A condition about the row of alias `x`, beginning with AND, and the values it names."""

    sql: str
    values: dict[str, object]


class NameParts:
    """Says in SQL that a name holds texts; `%` and `_` mean themselves.

    Upper and lower case are one: in ASCII on SQLite, as far as the database knows on PostgreSQL,
    which sees by itself when its index helps.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._known: dict[tuple[Kind, tuple[str, ...]], Named] = {}

    def condition(self, kind: Kind, texts: tuple[str, ...]) -> Named:
        """Return what holds of a job or dataset whose name has all of these texts."""
        key = kind, texts
        if key not in self._known:  # pages that look at many rows ask for every batch of them
            self._known[key] = self._made(kind, texts)
        return self._known[key]

    def _made(self, kind: Kind, texts: tuple[str, ...]) -> Named:
        shown = [display(text) for text in texts]
        like = "LIKE" if self._is_sqlite else "ILIKE"
        named = Named("", {})
        for number, text in enumerate(shown):
            named.values[f"part{number}"] = _pattern(text)
            sql = f"{named.sql} AND x.display {like} :part{number} ESCAPE '~'"
            named = named._replace(sql=sql)
        sought = _sought(shown) if self._is_sqlite else ""
        if not sought or not self._is_rare(kind, sought):
            return named
        named.values[f"{kind}_sought"] = sought
        found = f"SELECT rowid FROM {kind}_trigram WHERE {kind}_trigram MATCH :{kind}_sought"
        return named._replace(sql=f"{named.sql} AND x.id IN ({found})")

    def _is_rare(self, kind: Kind, sought: str) -> bool:
        sql = _MATCHES.format(kind=kind)
        ((count,),) = rows_of(self._connection, sql, sought=sought, most=_MOST_BY_INDEX + 1)
        return int(count) <= _MOST_BY_INDEX


def _pattern(text: str) -> str:
    escaped = text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
    return f"%{escaped}%"


def _sought(texts: Sequence[str]) -> str:
    """Return the question to FTS5 for names with some trigrams of each text; empty without any."""
    found = {text[at : at + TRIGRAM]: None for text in texts for at in range(len(text) - 2)}
    quoted = [trigram.replace('"', '""') for trigram in [*found][:_MOST_TRIGRAMS]]
    return " AND ".join(f'"{trigram}"' for trigram in quoted)
