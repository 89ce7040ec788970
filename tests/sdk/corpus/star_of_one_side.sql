SELECT c.*, o.quantity FROM orders o JOIN customers c ON o.customer = c.id
