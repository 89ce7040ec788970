"""Every metric and log event that the platform emits, by name, and how a log line is written."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TextIO


@dataclass(slots=True)
class RequestContext:
    """What every log line of one request carries; the API fills it in as it learns it."""

    request_id: str
    traceparent: str
    principal: str | None = None
    run_id: str | None = None


CONTEXT: Final[ContextVar[RequestContext | None]] = ContextVar("headwater_request", default=None)


class LogEvent(StrEnum):
    """Log events: constant sentences; what varies goes into fields."""

    SERVER_STARTED = "server started"
    SERVER_STOPPED = "server stopped"
    REQUEST_FAILED = "request failed"
    PORT_TAKEN = "default port is taken"


_LOGGER: Final = logging.getLogger("headwater")


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
    """Send log events as JSON lines to `stream`, by default standard error."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.setLevel(level.upper())
    _LOGGER.propagate = False
