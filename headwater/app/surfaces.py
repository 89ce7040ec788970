"""Everything that the platform answers over HTTP: a router or a hot route for each surface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter

from headwater.api.conformance import conformance_router
from headwater.api.datasets import datasets_router
from headwater.api.dead_letters import dead_letters_router
from headwater.api.differences import differences_router
from headwater.api.dispatch import HotRoute
from headwater.api.entities import entities_router
from headwater.api.events import events_router
from headwater.api.health import Part, health_router
from headwater.api.impact import impact_router
from headwater.api.jaeger.router import version_1_router, version_3_router
from headwater.api.job_pages import job_pages_router
from headwater.api.jobs import jobs_router
from headwater.api.lake import lake_router
from headwater.api.lineage import lineage_router
from headwater.api.lineage_canvas import lineage_canvas_router
from headwater.api.live import live_router
from headwater.api.marquez.router import marquez_router
from headwater.api.marquez.writes import marquez_writes_router
from headwater.api.openlineage import openlineage_routes
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
from headwater.ingest.dead_letters import DeadLetterReplays
from headwater.ingest.replays import Replays
from headwater.ingest.validation import Mode
from headwater.model.lineage import Name
from headwater.query.conformance import Conformance
from headwater.query.overview import Overview

if TYPE_CHECKING:
    from headwater.app.platform import Platform


def routers_of(platform: Platform) -> list[APIRouter]:
    """Return the surfaces that FastAPI serves."""
    return [
        *_own(platform),
        *_records(platform),
        *_lake(platform),
        *_lineage(platform),
        *_lineage_log(platform),
        *_telemetry(platform),
    ]


def _own(platform: Platform) -> list[APIRouter]:
    return [
        health_router(parts_of(platform)),
        ui_router(BuiltFiles()),
        session_router(platform.access),
        live_router(platform.live),
        tokens_router(platform.tokens),
        overview_router(_overview(platform), namespace=platform.settings.lake.namespace),
    ]


def _records(platform: Platform) -> list[APIRouter]:
    records = platform.records
    return [
        schemas_router(records.registry),
        sources_router(
            manifest=records.manifest,
            registry=records.registry,
            quarantine=records.quarantine,
            sealing=records.sealing,
            rate=platform.rate,
            namespace=platform.settings.lake.namespace,
        ),
        quarantine_router(
            records.quarantine,
            Replays(records.quarantine, records.door),
            max_body_bytes=platform.settings.ingest.max_body_bytes,
        ),
    ]


def _lake(platform: Platform) -> list[APIRouter]:
    namespace, catalogue = platform.settings.lake.namespace, platform.catalogue
    return [
        lake_router(catalogue, platform.sql),
        datasets_router(catalogue, platform.lineage.reads, namespace=namespace),
        sql_router(platform.sql, platform.usage),
        sql_catalogue_router(catalogue, platform.sql, namespace=namespace),
        jobs_router(platform.chain),
        pipelines_router(platform.flow.executor),
    ]


def _lineage(platform: Platform) -> list[APIRouter]:
    reads, namespace = platform.lineage.reads, platform.settings.lake.namespace

    def sizes(at: datetime | None) -> dict[Name, tuple[int | None, int | None]]:
        found = platform.catalogue.sizes(at)
        return {Name(namespace, table): size for table, size in found.items()}

    return [
        lineage_router(reads),
        job_pages_router(
            reads, lake_jobs=frozenset(Name(namespace, job) for job in platform.chain.jobs)
        ),
        lineage_canvas_router(reads, namespace=namespace, sizes=sizes),
        impact_router(reads),
        differences_router(reads),
        run_comparison_router(reads),
        schema_history_router(reads),
        search_v2_router(reads),
        entities_router(reads, platform.lineage.door),
        quality_router(reads),
        marquez_writes_router(reads, platform.lineage.door),
        marquez_router(reads, clock=platform.clock),
    ]


def _lineage_log(platform: Platform) -> list[APIRouter]:
    lineage, most = platform.lineage, platform.settings.server.max_body_bytes
    return [
        rebuild_router(lineage.store),
        conformance_router(Conformance(lineage.reads)),
        events_router(lineage.reads, lineage.door, clock=platform.clock, max_body_bytes=most),
        dead_letters_router(
            lineage.reads,
            DeadLetterReplays(lineage.door, lineage.store.discard),
            max_body_bytes=most,
        ),
    ]


def _telemetry(platform: Platform) -> list[APIRouter]:
    reads, telemetry, clock = platform.lineage.reads, platform.telemetry, platform.clock
    return [
        traces_router(reads, traces=telemetry.traces, runs=telemetry.runs),
        trace_search_router(reads, telemetry.traces),
        trace_views_router(
            reads,
            traces=telemetry.traces,
            runs=telemetry.runs,
            records=telemetry.records,
            clock=clock,
        ),
        run_telemetry_router(reads, traces=telemetry.traces, records=telemetry.records),
        signals_router(telemetry.records, clock=clock),
        panels_router(reads, measures=telemetry.measures, runs=telemetry.runs, clock=clock),
        version_3_router(telemetry.traces),
        version_1_router(telemetry.traces, clock=clock),
    ]


def hot_routes_of(platform: Platform) -> list[HotRoute]:
    """Return the surfaces that are served in front of the framework."""
    settings, door = platform.settings, platform.lineage.door
    validation = Mode(settings.lineage.validation)
    return [
        *records_routes(platform.records.door, max_body_bytes=settings.ingest.max_body_bytes),
        *openlineage_routes(door, settings.server, validation=validation),
        *webhook_routes(door, settings.server, validation=validation),
        *otlp_routes(platform.telemetry.door, max_body_bytes=settings.telemetry.max_body_bytes),
    ]


def parts_of(platform: Platform) -> Sequence[Part]:
    """Return the parts whose state health reports."""

    def disk() -> str:
        platform.directory.check_room()
        return "ready"

    def lineage() -> str:
        platform.directory.check_room()
        return platform.lineage.store.state()

    return [
        Part(name="ingest", probe=disk, is_needed_to_acknowledge=True),
        Part(name="lineage", probe=lineage, is_needed_to_acknowledge=True),
        Part(name="sql", probe=platform.sql.state),
        Part(name="pipelines", probe=platform.flow.state),
        Part(name="telemetry", probe=platform.telemetry.state),
    ]


def _overview(platform: Platform) -> Overview:
    records = platform.records
    return Overview(
        platform.lineage.reads,
        tables=platform.tables,
        rate=platform.rate,
        quarantine=records.quarantine,
        has_records=lambda: records.door.rates.has_any() or bool(records.manifest.sources()),
        has_telemetry=platform.telemetry.has_any,
        clock=platform.clock,
    )
