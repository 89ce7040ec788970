UPDATE staff SET salary = salary + 1 WHERE boss IS NULL
