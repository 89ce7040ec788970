-- Which attributes are in which block of spans; a block without hashes may hold any.

-- name: last
SELECT coalesce(max("Block"), 0) FROM attribute_block_times;

-- name: pairs
INSERT INTO attribute_blocks SELECT "Hash", ? FROM batch;

-- name: times
INSERT INTO attribute_block_times VALUES (?, make_timestamp_ns(?), make_timestamp_ns(?));

-- name: stretches
SELECT epoch_ns(min("Start")) AS First, epoch_ns(max("End")) AS Last, "Block"
FROM attribute_block_times
WHERE "Block" IN (
    SELECT "Block"
    FROM attribute_blocks
    WHERE "Hash" IN ({hashes}) OR "Hash" IS NULL
    GROUP BY "Block"
    HAVING count(DISTINCT "Hash") = $count OR count("Hash") < count(*)
)
GROUP BY "Block"
HAVING First <= $last AND Last >= $first
ORDER BY Last DESC, First;

-- name: expire
DELETE FROM attribute_blocks
WHERE "Block" NOT IN (SELECT "Block" FROM attribute_block_times);
