SELECT * EXCLUDE (email) REPLACE (upper(name) AS name) RENAME (region AS area) FROM customers
