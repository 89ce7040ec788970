-- Questions about log records and metrics; times are nanoseconds. An empty text, or a severity of 0,
-- asks for any.

-- name: logs
SELECT
    toUnixTimestamp64Nano(Timestamp),
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
    cityHash64(TraceId, SpanId, ServiceName, Body, EventName, LogAttributes) AS Id
FROM otel_logs
WHERE
    Timestamp >= fromUnixTimestamp64Nano({first:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    AND (
        {run:String} = ''
        OR RunId = {run:String}
        OR (TraceId, SpanId) IN (SELECT TraceId, SpanId FROM otel_traces WHERE RunId = {run:String})
    )
    AND ({trace:String} = '' OR TraceId = {trace:String})
    AND ({span:String} = '' OR SpanId = {span:String})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND SeverityNumber >= {severity:UInt8}
    AND ({text:String} = '' OR positionCaseInsensitiveUTF8(Body, {text:String}) > 0)
    AND (
        {has_after:UInt8} = 0
        OR Timestamp < fromUnixTimestamp64Nano({last:Int64})
        OR Id > {after:UInt64}
    )
ORDER BY Timestamp DESC, Id
LIMIT {limit:UInt32};

-- name: metric_names
SELECT
    MetricName, Kind, MetricUnit, max(MetricDescription), ServiceName, count(),
    toUnixTimestamp64Nano(max(TimeUnix))
FROM (
    SELECT MetricName, 'gauge' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_gauge
    UNION ALL
    SELECT MetricName, 'sum' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_sum
    UNION ALL
    SELECT MetricName, 'histogram' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_histogram
    UNION ALL
    SELECT MetricName, 'exp_histogram' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_exp_histogram
    UNION ALL
    SELECT MetricName, 'summary' AS Kind, MetricUnit, MetricDescription, ServiceName, TimeUnix
    FROM otel_metrics_summary
)
GROUP BY MetricName, Kind, MetricUnit, ServiceName
ORDER BY MetricName, ServiceName, Kind, MetricUnit;

-- name: points
SELECT
    ServiceName,
    ResourceAttributes,
    Attributes,
    toUnixTimestamp64Nano(StartTimeUnix),
    toUnixTimestamp64Nano(TimeUnix),
    {columns}
FROM {table}
WHERE
    MetricName = {name:String}
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND TimeUnix >= fromUnixTimestamp64Nano({first:Int64})
    AND TimeUnix < fromUnixTimestamp64Nano({last:Int64})
ORDER BY TimeUnix DESC, cityHash64(ServiceName, ResourceAttributes, Attributes)
LIMIT {limit:UInt32};

-- name: forget_bodies
ALTER TABLE taken_requests DELETE
WHERE ReceivedAt < (SELECT max(ReceivedAt) - INTERVAL 1 HOUR FROM taken_requests)
SETTINGS mutations_sync = 1;
