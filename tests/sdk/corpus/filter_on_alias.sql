SELECT id, quantity * price AS amount FROM orders WHERE amount > 20
