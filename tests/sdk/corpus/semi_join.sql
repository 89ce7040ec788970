SELECT id, name FROM customers c SEMI JOIN orders o ON o.customer = c.id
