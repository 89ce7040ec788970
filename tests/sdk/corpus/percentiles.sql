SELECT product, quantile_cont(price, 0.5) AS p50, median(quantity) AS m, percentile_cont(0.9) WITHIN GROUP (ORDER BY price) AS p90 FROM orders GROUP BY product
