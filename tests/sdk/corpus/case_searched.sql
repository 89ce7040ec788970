SELECT id, CASE WHEN vip THEN name WHEN region = 'north' THEN email ELSE 'other' END AS shown FROM customers
