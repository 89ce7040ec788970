SELECT d.region, d.n + 1 AS n FROM (SELECT region, count(*) AS n FROM customers GROUP BY region) d WHERE d.n > 1
