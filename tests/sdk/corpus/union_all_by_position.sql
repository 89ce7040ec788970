SELECT id, name FROM customers UNION ALL SELECT id, name FROM staff WHERE salary > 5
