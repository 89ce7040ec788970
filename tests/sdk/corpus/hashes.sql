SELECT id, md5(email) AS m, sha256(name) AS s, hash(region) AS h FROM customers
