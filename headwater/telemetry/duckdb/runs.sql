-- Runs beside telemetry. `$start`, `$end` and `$step` are microseconds; `{ids}` stands for values.

-- name: position
SELECT coalesce(max("Sequence"), 0) FROM followed_lineage;

-- name: forget_position
DELETE FROM followed_lineage;

-- name: set_position
INSERT INTO followed_lineage VALUES (?);

-- name: forget_runs
DELETE FROM pipeline_runs
WHERE (RunId, JobNamespace, JobName) IN (SELECT (RunId, JobNamespace, JobName) FROM batch);

-- name: add_runs
INSERT INTO pipeline_runs BY NAME SELECT * FROM batch;

-- name: add_traces
INSERT INTO run_traces SELECT RunId, TraceId, "Source" FROM batch
EXCEPT SELECT RunId, TraceId, "Source" FROM run_traces;

-- name: clear_runs
DELETE FROM pipeline_runs;

-- name: clear_traces
DELETE FROM run_traces WHERE "Source" = 'facet';

-- name: expire
DELETE FROM run_traces
WHERE "Source" = 'attribute' AND TraceId NOT IN (SELECT TraceId FROM otel_traces_trace_id_ts);

-- name: ended
SELECT
    JobNamespace,
    JobName,
    (epoch_us(EndedAt) - $start) // $step AS Number,
    State,
    count(*),
    count(StartedAt),
    coalesce(sum(epoch_us(EndedAt) - epoch_us(StartedAt)), 0),
    sum(RecordsWritten),
    count(CpuSeconds),
    coalesce(sum(CpuSeconds), 0),
    count(MemoryBytes),
    coalesce(sum(MemoryBytes), 0)
FROM pipeline_runs
WHERE
    EndedAt >= make_timestamp($start)
    AND EndedAt < make_timestamp($end)
GROUP BY JobNamespace, JobName, Number, State
ORDER BY Number, JobNamespace, JobName, State;

-- name: traces_of
SELECT DISTINCT RunId, TraceId, "Source" FROM run_traces WHERE RunId IN ({ids}) ORDER BY ALL;

-- name: runs_of
SELECT DISTINCT RunId, TraceId, "Source" FROM run_traces WHERE TraceId IN ({ids}) ORDER BY ALL;
