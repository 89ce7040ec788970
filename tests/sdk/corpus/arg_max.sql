SELECT customer, arg_max(product, price) AS dearest FROM orders GROUP BY customer
