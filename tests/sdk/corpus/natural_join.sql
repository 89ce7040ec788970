SELECT label, q FROM products NATURAL JOIN (SELECT product AS code, quantity AS q FROM orders) o
