SELECT status, product, count(price) AS n FROM orders GROUP BY GROUPING SETS ((status), (product), ())
