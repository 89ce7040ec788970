SELECT product, count(DISTINCT customer) AS buyers FROM orders GROUP BY product
