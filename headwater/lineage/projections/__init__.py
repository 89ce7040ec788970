"""Projections of the log: rows that are joins, so that order and duplicates cannot matter."""
