-- Questions about how things went in intervals: `$start`, `$end` and `$step` are nanoseconds.

-- name: stages
SELECT
    Stage, (epoch_ns("Timestamp") - $start) // $step AS Number, count(*), count(*) FILTER (StatusCode = 'Error')
FROM otel_traces
WHERE
    Stage <> ''
    AND "Timestamp" >= make_timestamp_ns($start)
    AND "Timestamp" < make_timestamp_ns($end)
GROUP BY Stage, Number
ORDER BY Number, Stage;

-- name: utilisation
SELECT ServiceName, MetricName, MetricUnit, (epoch_ns(TimeUnix) - $start) // $step AS Number, avg("Value")
FROM (
    SELECT ServiceName, MetricName, MetricUnit, TimeUnix, "Value" FROM otel_metrics_gauge
    UNION ALL
    SELECT ServiceName, MetricName, MetricUnit, TimeUnix, "Value" FROM otel_metrics_sum
)
WHERE
    MetricName IN (
        'process.cpu.utilization', 'process.memory.utilization', 'process.memory.usage',
        'system.cpu.utilization', 'system.memory.utilization', 'jvm.cpu.recent_utilization',
        'container.memory.usage', 'jvm.memory.used'
    )
    AND TimeUnix >= make_timestamp_ns($start)
    AND TimeUnix < make_timestamp_ns($end)
GROUP BY ServiceName, MetricName, MetricUnit, Number
ORDER BY Number, ServiceName, MetricName, MetricUnit;
