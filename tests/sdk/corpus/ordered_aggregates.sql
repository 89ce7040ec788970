SELECT customer, string_agg(product, ',' ORDER BY id) AS all_products, list(status ORDER BY placed, id) AS states FROM orders GROUP BY customer
