"""Where events can go: an HTTP server, a file, the console, Kafka, several of them, or others."""
