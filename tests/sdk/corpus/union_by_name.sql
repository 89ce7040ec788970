SELECT id, name FROM customers UNION ALL BY NAME SELECT name, id, salary FROM staff
