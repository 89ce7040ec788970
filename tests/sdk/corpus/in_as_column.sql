SELECT o.id, o.product IN (SELECT code FROM products WHERE cost > 4) AS listed FROM orders o
