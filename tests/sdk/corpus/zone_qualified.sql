SELECT r.sensor, raw.readings.value FROM raw.readings JOIN raw.readings r ON r.seen = raw.readings.seen
