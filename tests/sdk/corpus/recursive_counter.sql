WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT o.id, n.i FROM orders o, n WHERE n.i <= o.quantity
