FROM staff SELECT name, salary WHERE boss IS NOT NULL
