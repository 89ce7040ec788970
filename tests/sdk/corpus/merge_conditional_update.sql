MERGE INTO curated.totals t USING customers c ON t.customer = c.id WHEN MATCHED AND c.vip THEN UPDATE SET total = t.total + 10
