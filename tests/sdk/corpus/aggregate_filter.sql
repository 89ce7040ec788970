SELECT region, count(*) FILTER (WHERE vip) AS vips, max(name) FILTER (WHERE email IS NOT NULL) AS named FROM customers GROUP BY region
