-- Questions about how things went in intervals: `start`, `end` and `step` are nanoseconds.

-- name: stages
SELECT
    Stage,
    intDiv(toUnixTimestamp64Nano(Timestamp) - {start:Int64}, {step:Int64}) AS Number,
    uniqExact(TraceId, SpanId),
    uniqExactIf((TraceId, SpanId), StatusCode = 'Error')
FROM otel_traces
WHERE
    Stage != ''
    AND Timestamp >= fromUnixTimestamp64Nano({start:Int64})
    AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
GROUP BY Stage, Number
ORDER BY Number, Stage;

-- name: utilisation
SELECT
    ServiceName,
    MetricName,
    MetricUnit,
    intDiv(toUnixTimestamp64Nano(TimeUnix) - {start:Int64}, {step:Int64}) AS Number,
    avg(Value)
FROM (
    SELECT ServiceName, MetricName, MetricUnit, TimeUnix, Value FROM otel_metrics_gauge
    UNION ALL
    SELECT ServiceName, MetricName, MetricUnit, TimeUnix, Value FROM otel_metrics_sum
)
WHERE
    MetricName IN (
        'process.cpu.utilization', 'process.memory.utilization', 'process.memory.usage',
        'system.cpu.utilization', 'system.memory.utilization', 'jvm.cpu.recent_utilization',
        'container.memory.usage', 'jvm.memory.used'
    )
    AND TimeUnix >= fromUnixTimestamp64Nano({start:Int64})
    AND TimeUnix < fromUnixTimestamp64Nano({end:Int64})
GROUP BY ServiceName, MetricName, MetricUnit, Number
ORDER BY Number, ServiceName, MetricName, MetricUnit;
