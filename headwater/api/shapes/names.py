"""Names of jobs and datasets."""

from __future__ import annotations

from typing_extensions import TypedDict


class EntityName(TypedDict):
    """The identity of a job or a dataset, as its producer sent it."""

    namespace: str
    name: str
