SELECT id, product FROM orders ORDER BY price, id
