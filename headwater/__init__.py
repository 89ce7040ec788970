"""Headwater: a data lake that knows where its data came from."""
