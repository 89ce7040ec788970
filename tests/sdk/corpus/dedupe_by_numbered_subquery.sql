SELECT customer, product, status FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY placed, id) AS rn FROM orders) d WHERE rn = 1
