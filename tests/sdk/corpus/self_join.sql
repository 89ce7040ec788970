SELECT a.name AS employee, b.name AS boss FROM staff a JOIN staff b ON a.boss = b.id
