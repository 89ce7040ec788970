SELECT id, address.city AS city, struct_extract(address, 'zip') AS zip FROM orders
