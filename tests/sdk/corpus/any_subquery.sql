SELECT id, name FROM staff WHERE salary > ANY (SELECT cost FROM products)
