SELECT id, product FROM orders WHERE customer IN (SELECT id FROM customers WHERE region = 'north')
