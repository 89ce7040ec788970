"""Keys of a snapshot's summary, beside the run id and the bookmarks."""

from __future__ import annotations

from typing import Final

JOB: Final = "headwater.job"
INPUTS: Final = "headwater.inputs"
"""What the commit was made of: `raw.S:first-last` segments, or `zone.name@snapshot` each."""

CODE_VERSION: Final = "headwater.code-version"
SCHEMA_VERSION: Final = "headwater.schema-version"
UNDECLARED: Final = "headwater.undeclared-fields"
"""How many members of records no column took."""
