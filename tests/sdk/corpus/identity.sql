SELECT id, product FROM orders
