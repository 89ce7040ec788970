SELECT id, name FROM customers c ANTI JOIN orders o ON o.customer = c.id
