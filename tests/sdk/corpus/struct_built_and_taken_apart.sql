WITH s AS (SELECT id, {'a': quantity, 'b': price} AS pair FROM orders) SELECT id, pair.a AS a, s.pair['b'] AS b FROM s
