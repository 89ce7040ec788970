SELECT sum(quantity) AS q FROM orders GROUP BY product
