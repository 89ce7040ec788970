"""The version of this distribution; a leaf, so that anything may read it."""

__version__ = "0.1.0"
