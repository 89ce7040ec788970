-- Questions about spans. `{ids}` stands for as many values as there are traces, `{spans}` for a
-- statement about them.

-- name: services
SELECT DISTINCT ServiceName FROM otel_traces ORDER BY ServiceName;

-- name: operations
SELECT DISTINCT SpanName, SpanKind
FROM otel_traces
WHERE ServiceName = $service AND ($kind IS NULL OR SpanKind = $kind)
ORDER BY SpanName, SpanKind;

-- name: bounds
SELECT epoch_ns(min("Start")), epoch_ns(max("End")) FROM otel_traces_trace_id_ts WHERE TraceId IN ({ids});

-- name: times
SELECT TraceId, epoch_ns("Start"), epoch_ns("End") FROM otel_traces_trace_id_ts WHERE TraceId IN ({ids});

-- name: density
SELECT count(*), epoch_ns(min("Timestamp")), epoch_ns(max("Timestamp")) FROM otel_traces HAVING count(*) > 0;

-- name: outline
SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, epoch_ns("Timestamp"), Duration,
    StatusCode, StatusMessage, RunId, len("Events.Name"), len("Links.TraceId")
FROM otel_traces
WHERE
    TraceId IN ({ids})
    AND "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last)
ORDER BY "Timestamp", Duration DESC, SpanId;

-- name: spans_with
SELECT SpanId
FROM otel_traces
WHERE
    TraceId IN ({ids})
    AND "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last)
    AND (
        contains(lower(SpanAttributes::VARCHAR), lower($text))
        OR contains(lower(ResourceAttributes::VARCHAR), lower($text))
        OR contains(lower("Events.Attributes"::VARCHAR), lower($text))
    );

-- name: spans
SELECT
    TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, epoch_ns("Timestamp"), Duration, StatusCode,
    StatusMessage, list_transform("Events.Timestamp", lambda t: epoch_ns(t)), "Events.Name",
    "Events.Attributes", "Links.TraceId", "Links.SpanId", "Links.TraceState", "Links.Attributes",
    RunId
FROM otel_traces
WHERE
    TraceId IN ({ids})
    AND "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last);

-- name: summarised
SELECT TraceId, SpanId, ParentSpanId, SpanName, ServiceName, "Timestamp", Duration, StatusCode, RunId
FROM otel_traces
WHERE
    TraceId IN ({ids})
    AND "Timestamp" BETWEEN make_timestamp_ns($first) AND make_timestamp_ns($last);

-- name: summaries
WITH spans AS MATERIALIZED (
    {spans}
),
orphans AS (
    SELECT child.TraceId, count(*) AS orphans
    FROM spans AS child
    ANTI JOIN spans AS parent
        ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
    WHERE child.ParentSpanId <> ''
    GROUP BY child.TraceId
),
services AS (
    SELECT TraceId, ServiceName, count(*) AS spans, count(*) FILTER (StatusCode = 'Error') AS errors
    FROM spans
    GROUP BY TraceId, ServiceName
),
shares AS (
    SELECT TraceId, list((ServiceName, spans, errors) ORDER BY ServiceName) AS shares
    FROM services
    GROUP BY TraceId
)
SELECT
    TraceId,
    coalesce(arg_min((ServiceName, SpanName), ("Timestamp", SpanId)) FILTER (ParentSpanId = ''), ('', '')),
    epoch_ns(min("Timestamp")),
    max(epoch_ns("Timestamp") + Duration),
    count(*),
    count(*) FILTER (StatusCode = 'Error'),
    coalesce(any_value(orphans), 0),
    any_value(shares),
    list_sort(list(DISTINCT RunId) FILTER (RunId <> ''))
FROM spans
LEFT JOIN orphans USING (TraceId)
JOIN shares USING (TraceId)
GROUP BY TraceId;

-- name: calls
-- Counted by how long they took, in sizes of 4 %: to sort all durations costs half as much again.
SELECT
    parent.ServiceName AS Caller,
    child.ServiceName AS Callee,
    floor(16 * log2(child.Duration::DOUBLE + 1))::INTEGER AS Size,
    count(*),
    count(*) FILTER (child.StatusCode = 'Error'),
    max(child.Duration)
FROM otel_traces AS child
JOIN otel_traces AS parent ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
WHERE
    child."Timestamp" BETWEEN $first AND $last
    AND parent."Timestamp" BETWEEN $first AND $last
    AND child.ParentSpanId <> ''
    AND parent.ServiceName <> child.ServiceName
GROUP BY Caller, Callee, Size
ORDER BY Caller, Callee, Size;
