UPDATE products SET label = s.name, cost = s.salary FROM staff s WHERE s.id = products.cost
