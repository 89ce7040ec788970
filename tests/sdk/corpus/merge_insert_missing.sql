MERGE INTO curated.totals t USING staff s ON t.customer = s.id WHEN NOT MATCHED AND s.salary > 3 THEN INSERT (customer, total, orders) VALUES (s.id, s.salary, 0)
