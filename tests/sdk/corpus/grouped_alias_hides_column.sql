SELECT c.id, g.region FROM customers c LEFT JOIN (SELECT upper(name) AS region, count(*) AS n FROM customers GROUP BY name) g ON g.region = upper(c.name)
