SELECT product, sum(quantity) AS q FROM orders GROUP BY product HAVING max(price) > 6
