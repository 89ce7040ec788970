SELECT code, label FROM products p WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.product = p.code)
