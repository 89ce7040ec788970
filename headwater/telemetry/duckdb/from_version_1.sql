-- What a store of the first version lacks: its spans are made unique, and are one block of any
-- attributes.

-- name: unique_spans
DELETE FROM otel_traces
WHERE rowid IN (
    SELECT rowid
    FROM otel_traces
    QUALIFY row_number() OVER (PARTITION BY TraceId, SpanId ORDER BY "Timestamp", Duration DESC, rowid) > 1
);

-- name: block
INSERT INTO attribute_blocks SELECT NULL, 1 WHERE EXISTS (SELECT 1 FROM otel_traces);

-- name: block_times
INSERT INTO attribute_block_times
SELECT 1, min("Timestamp"), max("Timestamp") FROM otel_traces HAVING count(*) > 0;

-- name: version
UPDATE store_version SET "Version" = 2;
