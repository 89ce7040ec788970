SELECT o.id, r.i FROM orders o, range(3) r(i) WHERE r.i < o.quantity
