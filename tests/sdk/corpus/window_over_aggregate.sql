SELECT product, sum(quantity) AS q, rank() OVER (ORDER BY sum(price) DESC) AS r FROM orders GROUP BY product
