SELECT o.id, g.i FROM orders o, generate_series(1, o.quantity) g(i)
