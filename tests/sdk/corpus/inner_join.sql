SELECT o.id, c.name, p.label FROM orders o JOIN customers c ON c.id = o.customer JOIN products p ON p.code = o.product
