"""Everything in one process: stores opened, doors built, loops started, and all closed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial

from fastapi import APIRouter

from headwater.api.access import Access
from headwater.api.application import create_application
from headwater.api.conformance import conformance_router
from headwater.api.datasets import datasets_router
from headwater.api.dead_letters import dead_letters_router
from headwater.api.differences import differences_router
from headwater.api.dispatch import Front, HotRoute
from headwater.api.entities import entities_router
from headwater.api.events import events_router
from headwater.api.health import Part, health_router
from headwater.api.impact import impact_router
from headwater.api.jaeger.router import version_1_router, version_3_router
from headwater.api.job_pages import job_pages_router
from headwater.api.jobs import jobs_router
from headwater.api.lake import Catalogue, lake_router
from headwater.api.lineage import lineage_router
from headwater.api.lineage_canvas import lineage_canvas_router
from headwater.api.live import Live, live_router
from headwater.api.marquez.router import marquez_router
from headwater.api.marquez.writes import marquez_writes_router
from headwater.api.openlineage import openlineage_routes
from headwater.api.origins import Origins
from headwater.api.otlp import otlp_routes
from headwater.api.overview import overview_router
from headwater.api.panels import panels_router
from headwater.api.pipelines import pipelines_router
from headwater.api.quality import quality_router
from headwater.api.quarantine import quarantine_router
from headwater.api.rebuild import rebuild_router
from headwater.api.records import records_routes, sources_router
from headwater.api.run_comparison import run_comparison_router
from headwater.api.run_telemetry import run_telemetry_router
from headwater.api.schema_history import schema_history_router
from headwater.api.schemas import schemas_router
from headwater.api.search import search_v2_router
from headwater.api.segments import register_segment
from headwater.api.session import session_router
from headwater.api.signals import signals_router
from headwater.api.sql import sql_router
from headwater.api.sql_catalogue import sql_catalogue_router
from headwater.api.tokens import tokens_router
from headwater.api.trace_search import trace_search_router
from headwater.api.trace_views import trace_views_router
from headwater.api.traces import traces_router
from headwater.api.ui import BuiltFiles, ui_router
from headwater.api.webhook import webhook_routes
from headwater.app.chain import has_open_runs, open_chain
from headwater.app.directory import DataDirectory
from headwater.app.flow import Flow
from headwater.app.lineage import Lineage, open_lineage
from headwater.app.live import topics_of
from headwater.app.records import Records, open_records
from headwater.app.telemetry import Telemetry
from headwater.clock import Clock, SystemClock
from headwater.config import Settings
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import OwnerAccess, TokenAccess
from headwater.ingest.dead_letters import DeadLetterReplays
from headwater.ingest.replays import Replays
from headwater.ingest.validation import Mode
from headwater.lake.metadata import MetadataTables
from headwater.lake.sources import quarantined_sources
from headwater.lake.usage import Usage
from headwater.model.lineage import Name
from headwater.query.conformance import Conformance
from headwater.query.ingest_rate import IngestRate
from headwater.query.overview import Overview
from headwater.query.sql.session import SqlSession


class Platform:
    """The platform on one data directory, which it owns until it is closed."""

    def __init__(
        self, settings: Settings, *, directory: DataDirectory, stack: ExitStack, clock: Clock
    ) -> None:
        self.settings = settings
        self.directory = directory
        self._clock = clock
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
        self._chain = open_chain(
            directory.path,
            namespace=settings.lake.namespace,
            settings=settings.jobs,
            transport=self.lineage.transport,
            telemetry=self.telemetry,
            seal=self.records.sealing.seal,
            clock=clock,
        )
        stack.callback(self._chain.close)
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
            access=self._access,
            routers=self.routers(),
            hot=self.hot_routes(),
            origins=Origins(settings.server.cors_origins),
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

    def has_tokens(self) -> bool:
        """Tell whether callers need a token."""
        return self._tokens_access.has_tokens()

    def start(self) -> None:
        """Start the loops: sealing, and the jobs that follow a seal."""
        if has_open_runs(self.directory.path):
            self._chain.recover()
        self.records.sealing.subscribe(lambda _segments: self._chain.sealed())
        self.records.seal_loop.start()
        self.flow.resume()

    def routers(self) -> list[APIRouter]:
        """Return the surfaces that FastAPI serves."""
        records, reads = self.records, self.lineage.reads
        return [
            health_router(self.parts()),
            ui_router(BuiltFiles()),
            session_router(self._access),
            live_router(self.live),
            tokens_router(self._tokens_access),
            schemas_router(records.registry),
            sources_router(
                manifest=records.manifest,
                registry=records.registry,
                quarantine=records.quarantine,
                sealing=records.sealing,
                rate=self._rate,
                namespace=self.settings.lake.namespace,
            ),
            quarantine_router(
                records.quarantine,
                Replays(records.quarantine, records.door),
                max_body_bytes=self.settings.ingest.max_body_bytes,
            ),
            *self._lake_routers(),
            jobs_router(self._chain),
            lineage_router(reads),
            job_pages_router(reads, lake_jobs=self._lake_jobs()),
            lineage_canvas_router(
                reads, namespace=self.settings.lake.namespace, sizes=self._sizes_of_tables
            ),
            impact_router(reads),
            differences_router(reads),
            run_comparison_router(reads),
            schema_history_router(reads),
            search_v2_router(reads),
            entities_router(reads, self.lineage.door),
            marquez_writes_router(reads, self.lineage.door),
            marquez_router(reads, clock=self._clock),
            rebuild_router(self.lineage.store),
            pipelines_router(self.flow.executor),
            *self._telemetry_routers(),
            quality_router(reads),
            overview_router(self._overview(), namespace=self.settings.lake.namespace),
            conformance_router(Conformance(reads)),
            events_router(
                reads,
                self.lineage.door,
                clock=self._clock,
                max_body_bytes=self.settings.server.max_body_bytes,
            ),
            dead_letters_router(
                reads,
                DeadLetterReplays(self.lineage.door, self.lineage.store.discard),
                max_body_bytes=self.settings.server.max_body_bytes,
            ),
        ]

    def _lake_routers(self) -> list[APIRouter]:
        namespace = self.settings.lake.namespace
        return [
            lake_router(self._catalogue, self._sql),
            datasets_router(self._catalogue, self.lineage.reads, namespace=namespace),
            sql_router(self._sql, self._usage),
            sql_catalogue_router(self._catalogue, self._sql, namespace=namespace),
        ]

    def _lake_jobs(self) -> frozenset[Name]:
        namespace = self.settings.lake.namespace
        return frozenset(Name(namespace, job) for job in self._chain.jobs)

    def _overview(self) -> Overview:
        records = self.records
        return Overview(
            self.lineage.reads,
            tables=self._tables,
            rate=self._rate,
            quarantine=records.quarantine,
            has_records=lambda: records.door.rates.has_any() or bool(records.manifest.sources()),
            has_telemetry=self.telemetry.has_any,
            clock=self._clock,
        )

    def _telemetry_routers(self) -> list[APIRouter]:
        reads, telemetry, clock = self.lineage.reads, self.telemetry, self._clock
        return [
            traces_router(reads, traces=telemetry.traces, runs=telemetry.runs),
            trace_search_router(reads, telemetry.traces),
            trace_views_router(
                reads, traces=telemetry.traces, records=telemetry.records, clock=clock
            ),
            run_telemetry_router(reads, traces=telemetry.traces, records=telemetry.records),
            signals_router(telemetry.records, clock=clock),
            panels_router(reads, measures=telemetry.measures, runs=telemetry.runs, clock=clock),
            version_3_router(telemetry.traces),
            version_1_router(telemetry.traces, clock=clock),
        ]

    def hot_routes(self) -> list[HotRoute]:
        """Return the surfaces that are served in front of the framework."""
        most = self.settings.ingest.max_body_bytes
        return [
            *records_routes(self.records.door, max_body_bytes=most),
            *openlineage_routes(
                self.lineage.door,
                self.settings.server,
                validation=Mode(self.settings.lineage.validation),
            ),
            *webhook_routes(
                self.lineage.door,
                self.settings.server,
                validation=Mode(self.settings.lineage.validation),
            ),
            *otlp_routes(
                self.telemetry.door, max_body_bytes=self.settings.telemetry.max_body_bytes
            ),
        ]

    def parts(self) -> Sequence[Part]:
        """Return the parts whose state health reports."""
        return [
            Part(name="ingest", probe=self._state_of_disk, is_needed_to_acknowledge=True),
            Part(name="lineage", probe=self._state_of_lineage, is_needed_to_acknowledge=True),
            Part(name="sql", probe=self._sql.state),
            Part(name="pipelines", probe=self.flow.state),
            Part(name="telemetry", probe=self.telemetry.state),
        ]

    def _open_access(self, stack: ExitStack, clock: Clock) -> None:
        tokens = SqliteTokens.open(self.directory.path / "control.db")
        stack.callback(tokens.close)
        self._tokens_access = TokenAccess(tokens, clock=clock)
        stack.callback(self._tokens_access.close)
        self._access: Access = self._tokens_access if self.directory.url else OwnerAccess()

    def _open_lake(self, stack: ExitStack, clock: Clock) -> None:
        records = self.records
        lake = self.directory.path / "lake"
        self._tables = MetadataTables(lake)
        self._usage = Usage(records.engine)
        self._rate = IngestRate(records.manifest, records.door.rates, clock)
        self._catalogue = Catalogue(
            tables=self._tables,
            manifest=records.manifest,
            quarantine=records.quarantine,
            quarantined_sources=partial(quarantined_sources, records.engine),
        )
        self._sql = SqlSession(
            lake,
            tables=self._tables,
            manifest=records.manifest,
            usage=self._usage,
            settings=self.settings.query,
            clock=clock,
        )
        stack.callback(self._sql.close)

    def _downstream(self, source: str) -> Sequence[str]:
        return self.lineage.downstream(self.settings.lake.namespace, f"raw.{source}")

    def _sizes_of_tables(self) -> Mapping[Name, tuple[int | None, int | None]]:
        namespace = self.settings.lake.namespace
        return {
            Name(namespace, line["table"]): (line["rows"], line["size_bytes"])
            for line in self._catalogue.describe()
        }

    def _state_of_lineage(self) -> str:
        self.directory.check_room()
        return self.lineage.store.state()

    def _state_of_disk(self) -> str:
        self.directory.check_room()
        return "ready"
