INSERT INTO curated.totals SELECT customer, sum(quantity * price), count(*) FROM orders GROUP BY customer
