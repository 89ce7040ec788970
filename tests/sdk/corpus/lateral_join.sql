SELECT c.id, l.product FROM customers c, LATERAL (SELECT product FROM orders o WHERE o.customer = c.id ORDER BY o.price, o.id LIMIT 1) l
