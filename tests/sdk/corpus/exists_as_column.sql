SELECT c.id, EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id) AS has_orders FROM customers c
