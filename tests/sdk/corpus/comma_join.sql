SELECT o.id, c.region FROM orders o, customers c WHERE o.customer = c.id AND c.vip
