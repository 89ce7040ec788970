WITH a(x, y) AS (SELECT id, product FROM orders) SELECT x + 1 AS x, y FROM a
