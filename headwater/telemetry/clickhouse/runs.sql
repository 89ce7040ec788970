-- Runs beside telemetry; `start`, `end` and `step` are microseconds.

-- name: position
SELECT max(Sequence) FROM followed_lineage;

-- name: ended
SELECT
    JobNamespace,
    JobName,
    intDiv(toUnixTimestamp64Micro(assumeNotNull(EndedAt)) - {start:Int64}, {step:Int64}) AS Number,
    State,
    count(),
    count(StartedAt),
    ifNull(sum(toUnixTimestamp64Micro(EndedAt) - toUnixTimestamp64Micro(StartedAt)), 0),
    sum(RecordsWritten),
    count(CpuSeconds),
    ifNull(sum(CpuSeconds), 0),
    count(MemoryBytes),
    ifNull(sum(MemoryBytes), 0)
FROM pipeline_runs FINAL
WHERE
    EndedAt >= fromUnixTimestamp64Micro({start:Int64})
    AND EndedAt < fromUnixTimestamp64Micro({end:Int64})
GROUP BY JobNamespace, JobName, Number, State
ORDER BY Number, JobNamespace, JobName, State;

-- name: traces_of
SELECT RunId, TraceId, Source
FROM run_traces FINAL
WHERE RunId IN {ids:Array(String)}
ORDER BY RunId, TraceId, Source;

-- name: runs_of
SELECT RunId, TraceId, Source
FROM run_traces FINAL
WHERE TraceId IN {ids:Array(String)}
ORDER BY RunId, TraceId, Source;

-- name: clear_runs
ALTER TABLE pipeline_runs DELETE WHERE Sequence > 0 SETTINGS mutations_sync = 1;

-- name: clear_traces
ALTER TABLE run_traces DELETE WHERE Source = 'facet' SETTINGS mutations_sync = 1;

-- name: forget_position
TRUNCATE TABLE followed_lineage;

-- name: expire_traces
ALTER TABLE run_traces DELETE
WHERE Source = 'attribute' AND TraceId NOT IN (SELECT TraceId FROM otel_traces_trace_id_ts)
SETTINGS mutations_sync = 1;
