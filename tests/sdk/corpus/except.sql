SELECT id, name FROM staff EXCEPT SELECT boss, name FROM staff
