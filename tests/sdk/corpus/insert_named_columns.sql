INSERT INTO curated.totals (orders, customer) SELECT quantity, id FROM orders WHERE status = 'paid'
