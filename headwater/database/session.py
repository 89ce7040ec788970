"""What the write path asks of a database: one transaction at a time, statements bound in bulk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine

from headwater.database.bulk import Bulk

Result = TypeVar("Result")
Row = tuple[Any, ...]
Question = tuple[str, Collection[int] | Collection[bytes]]
"""SQL with `IN ({keys})`, and the keys."""


class Session(Protocol):
    """One transaction of a writer.

    SQL is written with `?` for what is bound, and with what both databases know: `least` and
    `greatest` belong into a `Bulk`, a literal of bytes is bound.
    """

    def rows(self, sql: str, *bound: object) -> list[Row]:
        """Run a question and return all its rows."""
        ...

    def rows_in(self, sql: str, keys: Iterable[int] | Iterable[bytes]) -> list[Row]:
        """Run a question about many keys, which stand in it as `IN ({keys})`; in any order."""
        ...

    def ask(self, *questions: Question) -> list[list[Row]]:
        """Run several questions as `rows_in` does, and wait once for the answers to all."""
        ...

    def run(self, sql: str, *bound: object) -> None:
        """Run a statement."""
        ...

    def write(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for each of these rows, none of which may touch what another does."""
        ...


class Database(Protocol):
    """A database that one store owns: an engine for reads, a door for writes.

    Transactions of `write` follow one another, those of other processes included: the sequence
    that one takes is the order in which it is committed.
    """

    @property
    def engine(self) -> Engine:
        """Return the engine for reads; each of its transactions sees one moment."""
        ...

    @property
    def where(self) -> str:
        """Return the place for people, without secrets."""
        ...

    def write(
        self, work: Callable[[Session], Result], *, forget: Callable[[], None], patient: bool
    ) -> Result:
        """Run `work` in a transaction and return once it is durable.

        `forget` is called whenever what `work` did comes to nothing; `work` may then run again.
        `patient` waits for other writers as long as it takes; who is not waits for one who is
        `TURN_SECONDS` at most. Raises `Unavailable` or `Busy` when nothing is known to be kept.
        """
        ...

    def state(self) -> str:
        """Return what it is, once it has answered; raises what keeps it from taking writes."""
        ...

    def close(self) -> None:
        """Let go of the database; harmless when repeated."""
        ...
