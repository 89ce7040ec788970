SELECT c.id, c.name, l.product FROM customers c LEFT JOIN LATERAL (SELECT product FROM orders o WHERE o.customer = c.id ORDER BY o.price, o.id LIMIT 1) l ON true
