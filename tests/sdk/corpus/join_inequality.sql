SELECT o.id, s.name FROM orders o JOIN staff s ON o.price < s.salary
