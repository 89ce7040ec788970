SELECT max(COLUMNS(['quantity', 'price'])) FROM orders
