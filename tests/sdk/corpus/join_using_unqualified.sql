SELECT code, label, quantity FROM products JOIN (SELECT product AS code, quantity FROM orders) o USING (code)
