SELECT id, nullif(quantity, price) AS n, greatest(quantity, price) AS g FROM orders
