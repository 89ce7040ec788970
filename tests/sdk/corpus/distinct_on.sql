SELECT DISTINCT ON (customer) customer, product FROM orders ORDER BY customer, price, id
