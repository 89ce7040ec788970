SELECT id, product FROM orders ORDER BY price DESC, id LIMIT 3
