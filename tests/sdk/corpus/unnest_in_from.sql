SELECT o.id, u.tag, length(u.tag) AS n FROM orders o, unnest(o.tags) AS u(tag)
