SELECT o.id, p.code FROM orders o CROSS JOIN products p
