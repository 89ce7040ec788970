SELECT id, map {coalesce(product, '-'): quantity} AS m, [quantity, price] AS l FROM orders
