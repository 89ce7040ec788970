-- Which attributes are in which block of spans; a block without hashes may hold any.

-- name: last
SELECT coalesce(max("Block"), 0) FROM attribute_block_times;

-- name: pairs
INSERT INTO attribute_blocks SELECT "Hash", "Block" FROM batch;

-- name: times
INSERT INTO attribute_block_times VALUES (?, make_timestamp_ns(?), make_timestamp_ns(?));

-- name: stretches
WITH fitting AS (
    SELECT "Block", bool_or("Hash" <> "Hash" & $mask::UINTEGER) OR $unclear AS InResources
    FROM attribute_blocks
    WHERE "Hash" & $mask::UINTEGER IN ({hashes})
    GROUP BY "Block"
    HAVING count(DISTINCT "Hash" & $mask::UINTEGER) = $count
    UNION ALL
    SELECT DISTINCT "Block", true FROM attribute_blocks WHERE "Hash" IS NULL
)
SELECT epoch_ns(min("Start")) AS First, epoch_ns(max("End")) AS Last, "Block", any_value(InResources)
FROM attribute_block_times
JOIN fitting USING ("Block")
GROUP BY "Block"
HAVING First <= $last AND Last >= $first
ORDER BY Last DESC, First, "Block";

-- name: expire
DELETE FROM attribute_blocks
WHERE "Block" NOT IN (SELECT "Block" FROM attribute_block_times);
