SELECT id, COLUMNS('^(na|re)') FROM customers
