"""Everything in one process: stores opened, doors built, loops started, and all closed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from fastapi import APIRouter

from headwater.api.access import Access
from headwater.api.application import create_application
from headwater.api.dispatch import Front, HotRoute
from headwater.api.lake import Catalogue
from headwater.api.live import Live
from headwater.api.origins import Origins
from headwater.api.segments import register_segment
from headwater.app.chain import has_open_runs, open_chain
from headwater.app.directory import DataDirectory
from headwater.app.flow import Flow
from headwater.app.lineage import Lineage, open_lineage
from headwater.app.live import topics_of
from headwater.app.records import Records, open_records
from headwater.app.surfaces import hot_routes_of, routers_of
from headwater.app.telemetry import Telemetry
from headwater.clock import Clock, SystemClock
from headwater.config import Settings
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import OwnerAccess, TokenAccess
from headwater.identity.binding import is_loopback
from headwater.lake.metadata import MetadataTables
from headwater.lake.sources import quarantined_sources
from headwater.lake.usage import Usage
from headwater.query.ingest_rate import IngestRate
from headwater.query.sql.session import SqlSession


class Platform:
    """The platform on one data directory, which it owns until it is closed."""

    def __init__(
        self, settings: Settings, *, directory: DataDirectory, stack: ExitStack, clock: Clock
    ) -> None:
        self.settings = settings
        self.directory = directory
        self.clock = clock
        self._open_access(stack, clock)
        self.lineage: Lineage = open_lineage(
            stack, directory.path, settings=settings.lineage, clock=clock
        )
        self.records: Records = open_records(
            stack,
            directory.path,
            settings=settings.ingest,
            clock=clock,
            downstream=self._downstream,
        )
        self._open_lake(stack, clock)
        self.telemetry = Telemetry(
            directory.path, settings=settings.telemetry, clock=clock, lineage=self.lineage.reads
        )
        stack.callback(self.telemetry.close)
        self.chain = open_chain(
            directory.path,
            namespace=settings.lake.namespace,
            settings=settings.jobs,
            transport=self.lineage.transport,
            telemetry=self.telemetry,
            seal=self.records.sealing.seal,
            clock=clock,
        )
        stack.callback(self.chain.close)
        self.flow = Flow(
            directory.path,
            settings=settings,
            lineage=self.lineage,
            records=self.records,
            telemetry=self.telemetry,
            clock=clock,
        )
        stack.callback(self.flow.close)
        register_segment()
        self.live = Live(topics_of(self.lineage.reads))
        self.application: Front = create_application(
            access=self.access,
            routers=self.routers(),
            hot=self.hot_routes(),
            origins=Origins(settings.server.cors_origins, is_open=self._is_open),
            most_bytes=max(settings.server.max_body_bytes, settings.ingest.max_body_bytes),
        )

    @classmethod
    @contextmanager
    def open(
        cls, settings: Settings, *, url: str | None = None, clock: Clock | None = None
    ) -> Iterator[Platform]:
        """Open all stores; raises `Locked` when another process owns the directory.

        Without `url` it is for this process's own use, and nobody is asked for a token.
        """
        with ExitStack() as stack:
            directory = stack.enter_context(DataDirectory.open(settings.data, url=url))
            yield cls(settings, directory=directory, stack=stack, clock=clock or SystemClock())

    def _is_open(self) -> bool:
        return is_loopback(self.settings.server.host) and not self.has_tokens()

    def has_tokens(self) -> bool:
        """Tell whether callers need a token."""
        return self.tokens.has_tokens()

    def start(self) -> None:
        """Start the loops: sealing, and the jobs that follow a seal."""
        if has_open_runs(self.directory.path):
            self.chain.recover()
        self.records.sealing.subscribe(lambda _segments: self.chain.sealed())
        self.records.seal_loop.start()
        self.flow.resume()

    def routers(self) -> list[APIRouter]:
        """Return the surfaces that FastAPI serves."""
        return routers_of(self)

    def hot_routes(self) -> list[HotRoute]:
        """Return the surfaces that are served in front of the framework."""
        return hot_routes_of(self)

    def _open_access(self, stack: ExitStack, clock: Clock) -> None:
        tokens = SqliteTokens.open(self.directory.path / "control.db")
        stack.callback(tokens.close)
        self.tokens = TokenAccess(tokens, clock=clock)
        stack.callback(self.tokens.close)
        self.access: Access = self.tokens if self.directory.url else OwnerAccess()

    def _open_lake(self, stack: ExitStack, clock: Clock) -> None:
        records = self.records
        lake = self.directory.path / "lake"
        self.tables = MetadataTables(lake)
        self.usage = Usage(records.engine)
        self.rate = IngestRate(
            records.manifest, quarantine=records.quarantine, rates=records.door.rates, clock=clock
        )
        self.catalogue = Catalogue(
            tables=self.tables,
            manifest=records.manifest,
            quarantine=records.quarantine,
            quarantined_sources=partial(quarantined_sources, records.engine),
        )
        self.sql = SqlSession(
            lake,
            tables=self.tables,
            manifest=records.manifest,
            usage=self.usage,
            settings=self.settings.query,
            clock=clock,
        )
        stack.callback(self.sql.close)

    def _downstream(self, source: str) -> Sequence[str]:
        return self.lineage.downstream(self.settings.lake.namespace, f"raw.{source}")
