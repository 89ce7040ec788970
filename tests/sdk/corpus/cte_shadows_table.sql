WITH products AS (SELECT product AS code, quantity AS cost FROM orders) SELECT code, cost FROM products
