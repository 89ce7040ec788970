"""Expectations on data and what one pass over it finds, as OpenLineage facets."""
