SELECT id AS a, boss AS b FROM staff UNION ALL SELECT customer AS b, id AS a FROM orders
