SELECT id, 1 AS one, 'x' AS x FROM orders
