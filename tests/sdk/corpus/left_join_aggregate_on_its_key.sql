SELECT c.id, c.name, t.total FROM customers c LEFT JOIN (SELECT customer, sum(quantity) AS total FROM orders WHERE status = 'paid' GROUP BY customer) t ON t.customer = c.id
