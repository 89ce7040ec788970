SELECT "Id" AS "Order Id", Orders.PRODUCT AS "Product" FROM ORDERS
