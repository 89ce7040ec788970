WITH s AS (SELECT id, struct_pack(o := struct_pack(p := product), q := quantity) AS n FROM orders) SELECT id, n.o.p AS p, (n).q AS q FROM s
