SELECT id, payload->>'$.kind' AS kind, CAST(json_extract(payload, '$.n') AS INT) AS n FROM orders
