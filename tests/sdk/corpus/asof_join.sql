SELECT o.id, r.value FROM orders o ASOF JOIN raw.readings r ON o.placed >= r.seen
