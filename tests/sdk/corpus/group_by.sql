SELECT region, count(*) AS n, max(name) AS last FROM customers GROUP BY region
