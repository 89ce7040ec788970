SELECT id, sum(quantity) OVER (PARTITION BY product) AS s, lag(price) OVER (ORDER BY id) AS before FROM orders
