-- What is added to a batch of `otel_traces`, and of `otel_logs`, while it is inserted.
-- name: otel_traces
SELECT
    *,
    coalesce(
        SpanAttributes['openlineage.run_id'],
        SpanAttributes['openlineage.run.id'],
        SpanAttributes['pipeline.run_id'],
        ResourceAttributes['openlineage.run_id'],
        ''
    ) AS RunId,
    coalesce(SpanAttributes['pipeline.stage'], '') AS Stage,
    try_cast(SpanAttributes['headwater.records.read'] AS UBIGINT) AS RecordsRead,
    try_cast(SpanAttributes['headwater.records.written'] AS UBIGINT) AS RecordsWritten
FROM batch;

-- name: otel_logs
SELECT
    *,
    coalesce(
        LogAttributes['openlineage.run_id'],
        LogAttributes['openlineage.run.id'],
        LogAttributes['pipeline.run_id'],
        ResourceAttributes['openlineage.run_id'],
        ''
    ) AS RunId
FROM batch;
