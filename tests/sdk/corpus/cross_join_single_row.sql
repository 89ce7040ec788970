SELECT o.id, o.price - m.average AS off FROM orders o, (SELECT avg(cost) AS average FROM products WHERE category = 'a') m
