SELECT count(*) AS n, sum(quantity) AS q, count(status) AS s FROM orders WHERE price > 5
