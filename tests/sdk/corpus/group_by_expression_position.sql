SELECT date_trunc('day', placed) AS day, sum(quantity * price) AS amount FROM orders GROUP BY 1
