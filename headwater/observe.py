"""Every metric and log event that the platform emits, by name, and how a log line is written."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TextIO

from headwater.metrics import SIZES, Counter, Histogram, Metric


@dataclass(slots=True)
class RequestContext:
    """What every log line of one request carries; the API fills it in as it learns it.

    A request that brought no `traceparent` gets one when it is first asked for: most requests
    log nothing, and random numbers are dear.
    """

    request_id: str
    _traceparent: str | None = None
    principal: str | None = None
    run_id: str | None = None

    @property
    def traceparent(self) -> str:
        """Return the trace that the request belongs to; one of its own unless it brought one."""
        if self._traceparent is None:
            self._traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
        return self._traceparent


CONTEXT: Final[ContextVar[RequestContext | None]] = ContextVar("headwater_request", default=None)


class LogEvent(StrEnum):
    """Log events: constant sentences; what varies goes into fields."""

    SERVER_STARTED = "server started"
    SERVER_STOPPED = "server stopped"
    REQUEST_FAILED = "request failed"
    PORT_TAKEN = "default port is taken"
    ACCESS_DENIED = "access denied"
    ADMINISTERED = "administrator action"
    TOKEN_CREATED = "token created"  # noqa: S105  # a sentence
    TOKEN_REVOKED = "token revoked"  # noqa: S105  # a sentence
    LINEAGE_DELAYED = "lineage event is not handed over yet"
    RUN_RECOVERED = "open run of an earlier process is closed"
    JOB_FAILED = "job failed"
    RUNNER_ENDED = "runner process ended early"
    RUN_INTERRUPTED = "job run is interrupted, the next start closes it"
    LOG_TAIL_DROPPED = "torn tail of a record log is dropped"
    SEAL_FAILED = "sealing failed"
    PROPOSAL_FAILED = "schema proposal failed"
    EVENTS_NOT_APPLIED = "lineage events could not be applied"
    PIPELINE_LEFT_OUT = "pipeline is left out, because it is none or cannot be loaded"
    PIPELINES_STOPPED = "pipelines cannot go on"
    STAGE_FAILED = "stage of a pipeline failed"
    PIPELINE_ENDED = "pipeline run ended"
    WORKFLOWS_REPORT = "workflow engine reports a problem"
    TRACE_LOST = "trace of a pipeline run is not kept"
    EXPIRY_FAILED = "old telemetry is not removed"
    RUNS_NOT_KEPT = "runs are not kept beside telemetry, and are tried again"
    USAGE_LOST = "use of tables is not on record"


HTTP_REQUESTS: Final = Counter(
    "headwater_http_requests",
    "Requests answered, by route template, method and status.",
    labels=("route", "method", "status"),
)
HTTP_REQUEST_SECONDS: Final = Histogram(
    "headwater_http_request_seconds",
    "Time from the first byte of a request to the end of its answer.",
    unit="seconds",
    labels=("route",),
)
INGEST_RECORDS: Final = Counter(
    "headwater_ingest_records",
    "Records received, by outcome: accepted or rejected.",
    labels=("outcome",),
)
COMMIT_GROUP_ITEMS: Final = Histogram(
    "headwater_commit_group_items",
    "Writes that shared one commit; near 1 under load means that grouping does not work.",
    unit="items",
    labels=("writer",),
    bounds=SIZES,
)
LINEAGE_EVENTS: Final = Counter(
    "headwater_lineage_events",
    "Lineage events received, by outcome: applied, duplicate or rejected.",
    labels=("outcome",),
)
TELEMETRY_ITEMS: Final = Counter(
    "headwater_telemetry_items",
    "Spans, data points and log records received, by signal and outcome: accepted or rejected.",
    labels=("signal", "outcome"),
)
JOB_RUNS: Final = Counter(
    "headwater_job_runs",
    "Job runs that ended, by job and outcome: complete or fail.",
    labels=("job", "outcome"),
)
PIPELINE_RUNS: Final = Counter(
    "headwater_pipeline_runs",
    "Pipeline runs that ended, by pipeline and outcome: completed, failed or cancelled.",
    labels=("pipeline", "outcome"),
)
SQL_STATEMENTS: Final = Counter(
    "headwater_sql_statements",
    "SQL statements of people, by outcome: ok, cached, refused, limited, stopped or failed.",
    labels=("outcome",),
)


def metrics() -> tuple[Metric, ...]:
    """Return every metric of this module; one is made known by declaring it above."""
    return tuple(value for value in globals().values() if isinstance(value, Metric))


_LOGGER: Final = logging.getLogger("headwater")
_SERVER_LOGGER: Final = logging.getLogger("uvicorn")


def log(event: LogEvent, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one log event with its fields and the context of the current request."""
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, event.value, extra={"fields": fields})


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object: time, level, event, context, fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        context = CONTEXT.get()
        if context is not None:
            line["request_id"] = context.request_id
            line["traceparent"] = context.traceparent
            if context.principal is not None:
                line["principal"] = context.principal
            if context.run_id is not None:
                line["run_id"] = context.run_id
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """Send log events as JSON lines to `stream`, by default standard error.

    What the HTTP server warns of, such as a request that is no HTTP, becomes such a line too.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    _LOGGER.setLevel(level.upper())
    _SERVER_LOGGER.setLevel(logging.WARNING)
    for logger in (_LOGGER, _SERVER_LOGGER):
        logger.handlers[:] = [handler]
        logger.propagate = False
