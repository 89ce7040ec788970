-- Questions about log records and metrics; times are nanoseconds.

-- name: logs
SELECT
    epoch_ns("Timestamp"),
    TraceId,
    SpanId,
    RunId,
    SeverityText,
    SeverityNumber,
    ServiceName,
    Body,
    EventName,
    LogAttributes,
    ResourceAttributes,
    hash(TraceId, SpanId, ServiceName, Body, EventName, LogAttributes) AS Id
FROM otel_logs
WHERE
    "Timestamp" >= make_timestamp_ns($first)
    AND "Timestamp" <= make_timestamp_ns($last)
    AND (
        $run IS NULL
        OR RunId = $run
        OR (TraceId, SpanId) IN (SELECT (TraceId, SpanId) FROM otel_traces WHERE RunId = $run)
    )
    AND ($trace IS NULL OR TraceId = $trace)
    AND ($span IS NULL OR SpanId = $span)
    AND ($service IS NULL OR ServiceName = $service)
    AND ($severity IS NULL OR SeverityNumber >= $severity)
    AND ($text IS NULL OR contains(lower(Body), lower($text)))
    AND (
        $after IS NULL
        OR "Timestamp" < make_timestamp_ns($last)
        OR hash(TraceId, SpanId, ServiceName, Body, EventName, LogAttributes) > $after
    )
ORDER BY "Timestamp" DESC, Id
LIMIT $limit;

-- name: metric_names
SELECT MetricName, Kind, MetricUnit, max(MetricDescription), ServiceName, count(*), epoch_ns(max(TimeUnix))
FROM (
    SELECT MetricName, 'gauge' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_gauge
    UNION ALL
    SELECT MetricName, 'sum', MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_sum
    UNION ALL
    SELECT MetricName, 'histogram', MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_histogram
    UNION ALL
    SELECT MetricName, 'exp_histogram', MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_exp_histogram
    UNION ALL
    SELECT MetricName, 'summary', MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_summary
)
GROUP BY MetricName, Kind, MetricUnit, ServiceName
ORDER BY MetricName, ServiceName, Kind, MetricUnit;

-- name: points
SELECT
    ServiceName,
    ResourceAttributes,
    Attributes,
    epoch_ns(StartTimeUnix),
    epoch_ns(TimeUnix),
    {columns}
FROM {table}
WHERE
    MetricName = $name
    AND ($service IS NULL OR ServiceName = $service)
    AND TimeUnix >= make_timestamp_ns($first)
    AND TimeUnix < make_timestamp_ns($last)
ORDER BY TimeUnix DESC, hash(ServiceName, ResourceAttributes, Attributes)
LIMIT $limit;
