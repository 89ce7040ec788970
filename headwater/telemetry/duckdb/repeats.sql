-- Spans that came again: what of a batch is stored already.

-- name: traces
SELECT DISTINCT ('0x' || right(TraceId, 16))::UBIGINT AS Number FROM otel_traces_trace_id_ts ORDER BY Number;

-- name: stored
SELECT TraceId, SpanId, epoch_ns("Timestamp"), Duration
FROM otel_traces
WHERE
    TraceId IN ({ids})
    AND "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last);

-- name: remove
DELETE FROM otel_traces WHERE TraceId = ? AND SpanId = ?;
