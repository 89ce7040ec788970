"""SQL for people: statements in, answers out, with a cache and a log of who read what."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Final

from headwater.clock import Clock
from headwater.errors import Busy, HeadwaterError, Invalid, Unavailable, Unprocessable
from headwater.lake.contract import Manifest, Tables
from headwater.lake.usage import Usage, UsedTables
from headwater.model.json import JsonObject
from headwater.model.principal import Principal
from headwater.observe import SQL_STATEMENTS, LogEvent, log
from headwater.query.settings import QuerySettings
from headwater.query.sql.process import QueryProcess
from headwater.query.sql.statement import PROCESSED_DATA
from headwater.query.sql.waiting import Waiting

_WAIT_SECONDS: Final = 30.0
"""How long one waits for others; the first two also wait for their processes to load the engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A statement, the time it asks about, and how many rows are wanted."""

    sql: str
    as_of: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows, each a JSON array, and what it took to find them.

    `reason` says why rows are missing, None when none are. `tables` maps each table that was
    read to its snapshot, or for the raw zone to its last segment.
    """

    columns: tuple[Mapping[str, str], ...]
    rows: tuple[bytes, ...]
    reason: str | None
    tables: Mapping[str, str]
    bytes_scanned: int
    elapsed_ms: float
    is_cached: bool = False
    size_bytes: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the engine; one that takes several kinds of arguments is one of each."""

    name: str
    signature: str
    description: str | None


_Key = tuple[str, str | None, int]


class SqlSession:
    """Runs statements on a few processes that start with the first one and end when idle."""

    def __init__(
        self,
        lake_folder: Path,
        *,
        tables: Tables,
        manifest: Manifest,
        usage: Usage,
        settings: QuerySettings,
        clock: Clock,
    ) -> None:
        self._tables = tables
        self._manifest = manifest
        self._usage = usage
        self._settings = settings
        self._clock = clock
        self._cache = _Cache(settings.cache_bytes)
        spill = lake_folder / "spill"
        shutil.rmtree(spill, ignore_errors=True)  # of a process that died
        self._processes = [
            QueryProcess(lake_folder, spill=spill, memory_bytes=settings.memory_bytes)
            for _ in range(settings.processes)
        ]
        self._free: LifoQueue[QueryProcess] = LifoQueue()
        for process in self._processes:
            self._free.put(process)
        self._last_used = clock.monotonic()
        self._reaper: threading.Timer | None = None
        self._reaping = threading.Lock()
        self._is_closed = False
        self._functions: tuple[Function, ...] | None = None
        self._telling = threading.Lock()

    @property
    def settings(self) -> QuerySettings:
        """Return the limits of statements."""
        return self._settings

    def functions(self) -> tuple[Function, ...]:
        """Return the functions that a statement may call, by name; a query process tells them."""
        with self._telling:  # all that ask at once wait for one process, and leave the others
            if self._functions is None:
                with self._process() as process:
                    said = process.ask({"kind": "functions", **self._limits()})
                self._functions = tuple(Function(**one) for one in said["functions"])
            return self._functions

    def state(self) -> str:
        """Return `ready` while a query process is warm, else `idle`."""
        return "ready" if any(process.is_running for process in self._processes) else "idle"

    def run(
        self, question: Question, principal: Principal, *, waiting: Waiting | None = None
    ) -> Answer:
        """Answer a question; raises `Invalid`, `Missing`, `Busy` and `Unavailable`.

        The statement is stopped when who is `waiting` leaves.
        """
        limit = self._limit(question)
        started = self._clock.monotonic()
        key = (question.sql.strip(), question.as_of, limit)
        found = self._cache.get(key, self._versions)
        if found is not None:
            elapsed = (self._clock.monotonic() - started) * 1000
            answer = replace(found, is_cached=True, elapsed_ms=elapsed)
            SQL_STATEMENTS.add(outcome="cached")
            self._log(question, principal, answer)
            return answer
        try:
            said = self._ask(question, limit, waiting or Waiting())
        except HeadwaterError as error:
            kind = "refused" if isinstance(error, Invalid) else "failed"
            has_left = waiting is not None and waiting.has_left()
            SQL_STATEMENTS.add(outcome="stopped" if has_left else kind)
            self._log_failure(question, principal, error, started)
            raise
        answer = Answer(
            columns=tuple(said["columns"]),
            rows=tuple(said["rows"]),
            reason=said["reason"],
            tables=said["tables"],
            bytes_scanned=said["bytes_scanned"],
            elapsed_ms=(self._clock.monotonic() - started) * 1000,
            size_bytes=sum(map(len, said["rows"])) + len(question.sql),
        )
        SQL_STATEMENTS.add(outcome="limited" if answer.reason else "ok")
        if said["is_repeatable"] and not any(n.startswith("quarantine.") for n in answer.tables):
            self._cache.put(key, answer)
        self._log(question, principal, answer)
        return answer

    def close(self) -> None:
        """Kill the query processes."""
        self._is_closed = True
        with self._reaping:
            if self._reaper is not None:
                self._reaper.cancel()
        for process in self._processes:
            process.close()

    def _limit(self, question: Question) -> int:
        if question.limit is None:
            return self._settings.max_rows
        if question.limit < 0:
            raise Unprocessable(f"limit is {question.limit}, not 0 or more", path="/limit")
        return min(question.limit, self._settings.max_rows)

    def _ask(self, question: Question, limit: int, waiting: Waiting) -> JsonObject:
        request = {
            "kind": "statement",
            "sql": question.sql,
            "as_of": question.as_of,
            "limit": limit,
            **self._limits(),
        }
        with self._process() as process:
            return process.ask(request, waiting)

    def _limits(self) -> JsonObject:
        settings = self._settings
        return {
            "timeout_seconds": settings.timeout_seconds,
            "max_result_bytes": settings.max_result_bytes,
            "max_scan_bytes": settings.max_scan_bytes,
            "memory_bytes": settings.memory_bytes,
            "threads": settings.threads,
            "spill_bytes": settings.spill_bytes,
        }

    @contextmanager
    def _process(self) -> Iterator[QueryProcess]:
        try:
            process = self._free.get(timeout=_WAIT_SECONDS)
        except Empty:
            raise Busy(
                f"{len(self._processes)} statements run already", retry_after_seconds=2
            ) from None
        try:
            yield process
        finally:
            self._last_used = self._clock.monotonic()
            self._free.put(process)
            self._watch_idleness()

    def _watch_idleness(self) -> None:
        with self._reaping:
            if self._reaper is None and not self._is_closed:
                self._reaper = threading.Timer(self._settings.idle_seconds, self._reap)
                self._reaper.daemon = True
                self._reaper.start()

    def _reap(self) -> None:
        """End the processes that nobody uses, and look again later while some are in use."""
        with self._reaping:
            self._reaper = None
        is_idle = self._clock.monotonic() - self._last_used >= self._settings.idle_seconds
        taken = []
        while is_idle:
            try:
                taken.append(self._free.get_nowait())
            except Empty:
                break
        for process in taken:
            process.close()
            self._free.put(process)
        if any(process.is_running for process in self._processes):
            self._watch_idleness()

    def _versions(self, tables: Mapping[str, str]) -> dict[str, str]:
        """Return the versions that these tables have now, as the query process names them."""
        current = {}
        found_tables = self._tables.find()
        if PROCESSED_DATA in tables:
            current[PROCESSED_DATA] = str(sum(one.zone == "processed" for one in found_tables))
        for table in found_tables:
            if table.qualified_name in tables:
                found = table.current_snapshot_id
                current[table.qualified_name] = "" if found is None else str(found)
        for name in tables:
            if name.startswith("raw."):
                segments = self._manifest.find(source=name.removeprefix("raw."))
                current[name] = str(segments[-1].sequence) if segments else ""
        return current

    def _log(self, question: Question, principal: Principal, answer: Answer) -> None:
        self._record(
            UsedTables(
                principal=principal.name,
                at=self._clock.now(),
                statement=question.sql,
                tables=answer.tables,
                bytes_scanned=0 if answer.is_cached else answer.bytes_scanned,
                rows=len(answer.rows),
                elapsed_ms=answer.elapsed_ms,
                is_cached=answer.is_cached,
                error=None,
            )
        )

    def _log_failure(
        self, question: Question, principal: Principal, error: HeadwaterError, started: float
    ) -> None:
        self._record(
            UsedTables(
                principal=principal.name,
                at=self._clock.now(),
                statement=question.sql,
                tables={},
                bytes_scanned=0,
                rows=0,
                elapsed_ms=(self._clock.monotonic() - started) * 1000,
                is_cached=False,
                error=error.message,
            )
        )

    def _record(self, used: UsedTables) -> None:
        try:
            self._usage.add(used)
        except Unavailable as error:  # a full disk takes no records, and still answers
            log(
                LogEvent.USAGE_LOST,
                level=logging.WARNING,
                statement=used.statement,
                tables=dict(used.tables),
                error=error.message,
            )


class _Cache:
    """The answers used last, as long as the tables they come from stand where they stood."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._answers: OrderedDict[_Key, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, key: _Key, versions: Callable[[Mapping[str, str]], Mapping[str, str]]
    ) -> Answer | None:
        with self._lock:
            answer = self._answers.get(key)
        if answer is None:
            return None
        if versions(answer.tables) != dict(answer.tables):
            self._drop(key)
            return None
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
        return answer

    def put(self, key: _Key, answer: Answer) -> None:
        # An answer about the past is not kept: the versions it names are not the current ones,
        # and a time that is yet to come would make it wrong later.
        if answer.size_bytes > self._most // 4 or key[1] is not None:
            return
        with self._lock:
            old = self._answers.pop(key, None)
            self._size += answer.size_bytes - (old.size_bytes if old else 0)
            self._answers[key] = answer
            while self._size > self._most:
                _, dropped = self._answers.popitem(last=False)
                self._size -= dropped.size_bytes

    def _drop(self, key: _Key) -> None:
        with self._lock:
            old = self._answers.pop(key, None)
            if old is not None:
                self._size -= old.size_bytes
