SELECT c.id, (SELECT sum(quantity) FROM orders o WHERE o.customer = c.id AND o.status = 'paid') AS bought FROM customers c
