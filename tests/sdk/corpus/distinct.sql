SELECT DISTINCT customer, product FROM orders
