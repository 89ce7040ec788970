SELECT DISTINCT ON (price % 2) id, price FROM orders WHERE price IS NOT NULL ORDER BY price % 2, quantity, id
