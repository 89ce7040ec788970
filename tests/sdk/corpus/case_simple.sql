SELECT id, CASE region WHEN 'north' THEN 1 WHEN 'south' THEN 2 ELSE 3 END AS code FROM customers
