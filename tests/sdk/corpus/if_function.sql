SELECT id, if(quantity > 3, product, status) AS chosen FROM orders
