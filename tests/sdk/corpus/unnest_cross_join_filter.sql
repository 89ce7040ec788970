SELECT o.id, t.tag FROM orders o CROSS JOIN unnest(o.tags) AS t(tag) WHERE t.tag <> 'red'
