SELECT id FROM (SELECT id, price FROM orders ORDER BY price, id) LIMIT 4
