SELECT id, quantity * 2 AS doubled, doubled + price AS more FROM orders
