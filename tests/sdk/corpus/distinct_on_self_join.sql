SELECT DISTINCT ON (a.boss) a.boss, b.boss AS other, b.id FROM staff a JOIN staff b ON a.id <> b.id ORDER BY a.boss, b.salary, a.id, b.id
