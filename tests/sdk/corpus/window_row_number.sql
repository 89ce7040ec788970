SELECT id, row_number() OVER (PARTITION BY customer ORDER BY placed, id) AS n FROM orders
