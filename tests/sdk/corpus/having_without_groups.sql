SELECT c.id, t.n FROM customers c, (SELECT count(*) AS n FROM orders WHERE status = 'paid' HAVING max(price) > 4) t
