"""Questions in SQL: one SELECT, within limits, in a process that can be killed."""
