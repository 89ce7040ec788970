SELECT id, customer, product FROM orders QUALIFY row_number() OVER (PARTITION BY customer ORDER BY placed, id) = 2
