CREATE TABLE curated.fresh AS SELECT c.region, sum(o.price) AS revenue FROM orders o JOIN customers c ON o.customer = c.id GROUP BY c.region
