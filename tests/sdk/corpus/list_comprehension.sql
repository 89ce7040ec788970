SELECT id, [t || '!' for t in tags if t <> status] AS loud FROM orders
