SELECT id, list_transform(tags, t -> t || status) AS shown, list_filter(tags, t -> t <> product) AS kept FROM orders
