SELECT code, label, salary FROM products FULL JOIN (SELECT name AS code, salary FROM staff) s USING (code)
