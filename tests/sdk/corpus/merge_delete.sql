MERGE INTO curated.totals t USING customers c ON t.customer = c.id WHEN MATCHED AND c.region = 'north' THEN DELETE WHEN MATCHED THEN UPDATE SET orders = 0
