SELECT customer, product FROM orders UNION SELECT id, region FROM customers
