SELECT id, avg(price) OVER w AS a, first_value(status) OVER w AS f FROM orders WINDOW w AS (PARTITION BY customer ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
