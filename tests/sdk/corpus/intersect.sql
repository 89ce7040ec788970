SELECT product FROM orders INTERSECT SELECT code FROM products
