SELECT c.id, c.name, o.quantity FROM customers c LEFT JOIN orders o ON o.customer = c.id
