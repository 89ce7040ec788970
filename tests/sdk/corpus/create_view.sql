CREATE VIEW curated.shown (key, title) AS SELECT code, label || category FROM products
