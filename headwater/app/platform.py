"""Everything in one process: stores opened, doors built, loops started, and all closed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from fastapi import APIRouter

from headwater.api.access import Access
from headwater.api.application import create_application
from headwater.api.dispatch import Front, HotRoute
from headwater.api.health import Part, health_router
from headwater.api.quarantine import quarantine_router
from headwater.api.records import records_routes, sources_router
from headwater.api.schemas import schemas_router
from headwater.api.segments import register_segment
from headwater.api.tokens import tokens_router
from headwater.app.directory import DataDirectory
from headwater.app.records import open_records
from headwater.clock import Clock, SystemClock
from headwater.config import Settings
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import OwnerAccess, TokenAccess
from headwater.ingest.replays import Replays


class Platform:
    """The platform on one data directory, which it owns until it is closed."""

    def __init__(
        self, settings: Settings, *, directory: DataDirectory, stack: ExitStack, clock: Clock
    ) -> None:
        self.settings = settings
        self.directory = directory
        self._tokens = SqliteTokens.open(directory.path / "control.db")
        stack.callback(self._tokens.close)
        self._access = TokenAccess(self._tokens, clock=clock)
        stack.callback(self._access.close)
        self._records = open_records(
            stack,
            directory.path,
            settings=settings.ingest,
            clock=clock,
            downstream=lambda source: (),
        )
        self._parts = self._probes()
        self.application = self._compose(self._access if directory.url else OwnerAccess())

    @classmethod
    @contextmanager
    def open(
        cls, settings: Settings, *, url: str | None = None, clock: Clock | None = None
    ) -> Iterator[Platform]:
        """Open all stores; without `url` for this process's own use, in which nobody is asked
        for a token. Raises `Locked` when another process owns the directory."""
        with ExitStack() as stack:
            directory = stack.enter_context(DataDirectory.open(settings.data, url=url))
            platform = cls(settings, directory=directory, stack=stack, clock=clock or SystemClock())
            yield platform

    def has_tokens(self) -> bool:
        """Tell whether callers need a token."""
        return self._access.has_tokens()

    def start(self) -> None:
        """Start the loops: sealing, and what follows a seal."""
        self._records.seal_loop.start()

    def routers(self) -> list[APIRouter]:
        """Return the surfaces that FastAPI serves."""
        records = self._records
        most = self.settings.ingest.max_body_bytes
        return [
            health_router(self._parts),
            tokens_router(self._access),
            schemas_router(records.registry),
            sources_router(
                manifest=records.manifest,
                registry=records.registry,
                quarantine=records.quarantine,
                sealing=records.sealing,
            ),
            quarantine_router(
                records.quarantine,
                Replays(records.quarantine, records.door),
                max_body_bytes=most,
            ),
        ]

    def hot_routes(self) -> list[HotRoute]:
        """Return the surfaces that are served in front of the framework."""
        most = self.settings.ingest.max_body_bytes
        return [*records_routes(self._records.door, max_body_bytes=most)]

    def _compose(self, access: Access) -> Front:
        register_segment()
        return create_application(access=access, routers=self.routers(), hot=self.hot_routes())

    def _probes(self) -> Sequence[Part]:
        return [
            Part(name="ingest", probe=self._ingest_state, is_needed_to_acknowledge=True),
        ]

    def _ingest_state(self) -> str:
        self.directory.check_room()
        return "ready"
