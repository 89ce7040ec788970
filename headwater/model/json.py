"""JSON as Python values, where its shape is said elsewhere: by a specification, or by a route."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]
"""A JSON object that is being read or written."""
