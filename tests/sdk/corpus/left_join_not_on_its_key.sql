SELECT o.id, o.product, r.category FROM orders o LEFT JOIN (SELECT category, code, max(cost) AS c FROM products GROUP BY category, code) r ON o.product = r.code
