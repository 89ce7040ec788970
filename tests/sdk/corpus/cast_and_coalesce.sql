SELECT id, CAST(quantity AS DOUBLE) AS q, coalesce(status, product, 'none') AS s FROM orders
