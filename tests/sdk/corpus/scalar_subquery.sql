SELECT id, price - (SELECT max(cost) FROM products) AS off FROM orders
