SELECT o.id, o.product FROM orders o JOIN (SELECT max(cost) AS top FROM products WHERE category = 'a') m ON o.price < m.top
