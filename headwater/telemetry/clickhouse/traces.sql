-- Questions about spans. Whoever writes to the tables may write a span twice, so that copies are left
-- out here: the first to begin counts, then the longest.

-- name: services
SELECT DISTINCT ServiceName FROM otel_traces ORDER BY ServiceName;

-- name: operations
SELECT DISTINCT SpanName, SpanKind
FROM otel_traces
WHERE ServiceName = {service:String} AND ({kind:String} = '' OR SpanKind = {kind:String})
ORDER BY SpanName, SpanKind;

-- name: bounds
SELECT toUnixTimestamp64Nano(min(Start)), toUnixTimestamp64Nano(max(End)), count()
FROM otel_traces_trace_id_ts
WHERE TraceId IN {ids:Array(String)};

-- name: spans
SELECT
    TraceId, SpanId, ParentSpanId, TraceState, SpanName, SpanKind, ServiceName, ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, toUnixTimestamp64Nano(Timestamp), Duration, StatusCode,
    StatusMessage, arrayMap(t -> toUnixTimestamp64Nano(t), `Events.Timestamp`), `Events.Name`,
    `Events.Attributes`, `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`,
    RunId
FROM otel_traces
WHERE
    TraceId IN {ids:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    AND ({span:String} = '' OR SpanId = {span:String})
ORDER BY Timestamp, Duration DESC
LIMIT 1 BY TraceId, SpanId;

-- name: outline
SELECT
    SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, toUnixTimestamp64Nano(Timestamp), Duration,
    StatusCode, StatusMessage, RunId, length(`Events.Name`), length(`Links.TraceId`)
FROM otel_traces
WHERE
    TraceId IN {ids:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
ORDER BY Timestamp, Duration DESC, SpanId
LIMIT 1 BY SpanId;

-- name: spans_with
SELECT DISTINCT SpanId
FROM otel_traces
WHERE
    TraceId IN {ids:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    AND arrayExists(
        text -> positionCaseInsensitiveUTF8(text, {text:String}) > 0,
        arrayConcat(
            mapKeys(SpanAttributes), mapValues(SpanAttributes),
            mapKeys(ResourceAttributes), mapValues(ResourceAttributes),
            arrayFlatten(arrayMap(one -> arrayConcat(mapKeys(one), mapValues(one)), `Events.Attributes`))
        )
    )
ORDER BY SpanId;

-- name: summaries
WITH
    spans AS (
        SELECT TraceId, SpanId, ParentSpanId, SpanName, ServiceName, Timestamp, Duration, StatusCode, RunId
        FROM otel_traces
        WHERE
            TraceId IN {ids:Array(String)}
            AND Timestamp >= fromUnixTimestamp64Nano({first:Int64})
            AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
        ORDER BY Timestamp, Duration DESC
        LIMIT 1 BY TraceId, SpanId
    )
SELECT
    TraceId,
    argMinIf((ServiceName, SpanName), (Timestamp, SpanId), ParentSpanId = ''),
    toUnixTimestamp64Nano(min(Timestamp)),
    max(toUnixTimestamp64Nano(Timestamp) + Duration),
    count(),
    countIf(StatusCode = 'Error'),
    countIf(ParentSpanId != '' AND (TraceId, ParentSpanId) NOT IN (SELECT TraceId, SpanId FROM spans)),
    arrayMap(
        service -> (
            service,
            arrayCount(one -> one.1 = service, groupArray((ServiceName, StatusCode = 'Error'))),
            arrayCount(one -> one.1 = service AND one.2, groupArray((ServiceName, StatusCode = 'Error')))
        ),
        arraySort(groupUniqArray(ServiceName))
    ),
    arraySort(groupUniqArrayIf(RunId, RunId != ''))
FROM spans
GROUP BY TraceId;

-- name: calls
-- Counted by how long they took, in sizes of 4 %. Of copies the first to begin counts, then the longest;
-- a hash tells them, as to group by both ids costs half as much again.
SELECT
    Caller,
    Callee,
    toInt32(floor(16 * log2(toFloat64(Took) + 1))) AS Size,
    count(),
    countIf(best.3),
    max(toUInt64(-best.2) AS Took)
FROM (
    SELECT
        any(parent.ServiceName) AS Caller,
        any(child.ServiceName) AS Callee,
        min((Timestamp, -toInt64(Duration), StatusCode = 'Error')) AS best
    FROM (
        SELECT TraceId, SpanId, ParentSpanId, ServiceName, Timestamp, Duration, StatusCode
        FROM otel_traces
        WHERE
            Timestamp >= fromUnixTimestamp64Nano({first:Int64})
            AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
            AND ParentSpanId != ''
    ) AS child
    INNER JOIN (
        SELECT TraceId, SpanId, ServiceName
        FROM otel_traces
        WHERE
            Timestamp >= fromUnixTimestamp64Nano({first:Int64})
            AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    ) AS parent ON parent.TraceId = child.TraceId AND parent.SpanId = child.ParentSpanId
    WHERE parent.ServiceName != child.ServiceName
    GROUP BY sipHash128(child.TraceId, child.SpanId)
)
GROUP BY Caller, Callee, Size
ORDER BY Caller, Callee, Size;

-- name: find
SELECT TraceId
FROM otel_traces
WHERE
    Timestamp >= fromUnixTimestamp64Nano({first:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({last:Int64})
    AND {conditions}
GROUP BY TraceId
ORDER BY max(Timestamp) DESC, TraceId
LIMIT {limit:UInt32};
