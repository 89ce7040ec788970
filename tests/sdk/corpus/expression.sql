SELECT id, quantity * price AS amount, upper(product) AS label FROM orders
