"""Log records as rows of `otel_logs`, column by column."""

from __future__ import annotations

import pyarrow as pa
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from headwater.wire.otlp.columns import (
    LATEST_NANOSECONDS,
    Maps,
    Shared,
    Table,
    service_of,
    text_of,
    times,
)
from headwater.wire.otlp.signals import Flaw

_SAMPLED_BITS = 0xFF


def log_table(request: ExportLogsServiceRequest) -> tuple[Table, Flaw | None]:
    """Return the log records as a table, and what could not be kept."""
    columns = _Columns()
    rejected, first = 0, ""
    for resource_index, of_resource in enumerate(request.resource_logs):
        attributes = of_resource.resource.attributes
        resource = columns.resources.begin(
            attributes, service_of(attributes), of_resource.schema_url
        )
        for scope_index, of_scope in enumerate(of_resource.scope_logs):
            named = of_scope.scope
            scope = columns.scopes.begin(
                named.attributes, named.name, named.version, of_scope.schema_url
            )
            for index, record in enumerate(of_scope.log_records):
                if max(record.time_unix_nano, record.observed_time_unix_nano) > LATEST_NANOSECONDS:
                    place = f"/resourceLogs/{resource_index}/scopeLogs/{scope_index}"
                    first = first or f"{place}/logRecords/{index}/timeUnixNano"
                    rejected += 1
                    continue
                columns.resources.rows.append(resource)
                columns.scopes.rows.append(scope)
                columns.add(record)
    flaw = None
    if rejected:
        flaw = Flaw(rejected=rejected, path=first, reason="is after the year 2262")
    return columns.table(), flaw


class _Columns:
    """The columns of a request's log records."""

    def __init__(self) -> None:
        self.resources = Shared()
        self.scopes = Shared()
        self._time: list[int] = []
        self._trace: list[str] = []
        self._span: list[str] = []
        self._flags: list[int] = []
        self._severity: list[str] = []
        self._number: list[int] = []
        self._body: list[str] = []
        self._event: list[str] = []
        self._attributes = Maps()

    def add(self, record: LogRecord) -> None:
        """Add a record; one without a time has the time at which it was observed."""
        self._time.append(record.time_unix_nano or record.observed_time_unix_nano)
        self._trace.append(record.trace_id.hex())
        self._span.append(record.span_id.hex())
        self._flags.append(record.flags & _SAMPLED_BITS)
        self._severity.append(record.severity_text)
        self._number.append(min(max(record.severity_number, 0), 255))
        self._body.append(text_of(record.body))
        self._event.append(record.event_name)
        self._attributes.add(record.attributes)

    def table(self) -> Table:
        """Return the columns in the order of the table."""
        text = pa.string()
        return pa.table(
            {
                "Timestamp": times(self._time),
                "TraceId": pa.array(self._trace, text),
                "SpanId": pa.array(self._span, text),
                "TraceFlags": pa.array(self._flags, pa.uint8()),
                "SeverityText": pa.array(self._severity, text),
                "SeverityNumber": pa.array(self._number, pa.uint8()),
                "ServiceName": self.resources.column(0),
                "Body": pa.array(self._body, text),
                "ResourceSchemaUrl": self.resources.column(1),
                "ResourceAttributes": self.resources.maps(),
                "ScopeSchemaUrl": self.scopes.column(2),
                "ScopeName": self.scopes.column(0),
                "ScopeVersion": self.scopes.column(1),
                "ScopeAttributes": self.scopes.maps(),
                "LogAttributes": self._attributes.array(),
                "EventName": pa.array(self._event, text),
            }
        )
