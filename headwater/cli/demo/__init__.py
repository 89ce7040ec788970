"""The demo: a year of real flights and weather, from HTTP records to answers with lineage."""
