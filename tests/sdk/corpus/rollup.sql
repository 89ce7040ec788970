SELECT status, product, sum(quantity) AS q FROM orders GROUP BY ROLLUP (status, product)
