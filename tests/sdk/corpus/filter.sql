SELECT id, name FROM customers WHERE vip AND region = 'north'
