SELECT sensor, date_trunc('hour', seen) AS hour, sum(value) FILTER (WHERE ok) AS good, count(*) AS n FROM raw.readings GROUP BY sensor, hour
