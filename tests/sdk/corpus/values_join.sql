SELECT o.id, v.factor * o.price AS scaled FROM orders o JOIN (VALUES ('paid', 2), ('open', 3)) v(status, factor) ON o.status = v.status
