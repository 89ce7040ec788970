"""A dataset of one run, with the facets that have been found so far as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from headwater.sdk import facets as make
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.events import facet_text, members_text, named_text
from headwater.sdk.facets import Facet, is_known
from headwater.sdk.values import Shape

Side = Literal["input", "output"]
DatasetLike = DatasetInfo | str
"""A dataset, the URL of one, or the name of one in the job's namespace."""

Datasets = DatasetLike | Iterable[DatasetLike] | None


def dataset_info(given: DatasetLike) -> DatasetInfo:
    """Return what a name or URL stands for; a `DatasetInfo` is what it is."""
    if isinstance(given, DatasetInfo):
        return given
    if "://" in given:
        from headwater.sdk.naming import from_url

        return from_url(given)
    return DatasetInfo(name=given)


def dataset_infos(given: Datasets) -> list[DatasetInfo]:
    """Return one dataset, or several, as a list."""
    if given is None:
        return []
    if isinstance(given, (DatasetInfo, str)):
        return [dataset_info(given)]
    return [dataset_info(each) for each in given]


class RunDataset:
    """One input or output of a run; facets replace those of the same key."""

    __slots__ = ("_facets", "_own", "_text", "name", "namespace", "rows", "side")

    def __init__(self, namespace: str, name: str, side: Side) -> None:
        self.namespace = namespace
        self.name = name
        self.side = side
        self.rows: int | None = None
        self._facets: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._text: str | None = None

    @classmethod
    def of(cls, info: DatasetInfo, side: Side, namespace: str) -> RunDataset:
        """Make it of what a pipeline declares."""
        made = cls(info.namespace or namespace, info.name, side)
        for facet in info.all_facets():
            made.put(facet)
        return made

    def copy(self) -> RunDataset:
        """Return the same for another run."""
        made = RunDataset(self.namespace, self.name, self.side)
        made._facets, made._own, made._text = dict(self._facets), dict(self._own), self._text
        return made

    def put(self, facet: Facet) -> None:
        """Add a facet; one of this reading or writing alone goes where such facets are."""
        if is_known(facet, self.side):
            self._own[facet.key] = facet_text(facet, self.side)
        else:
            self._facets[facet.key] = facet_text(facet, "dataset")
        self._text = None

    def describe(self, shape: Shape) -> None:
        """Add the columns and rows of the value that was read or written."""
        if shape.fields and "schema" not in self._facets:
            self.put(make.schema(shape.fields))
        if shape.rows is not None:
            self.put_rows(shape.rows)

    def put_rows(
        self, rows: int | None, *, size: int | None = None, files: int | None = None
    ) -> None:
        """Add how much was read or written."""
        self.rows = rows
        statistics = make.input_statistics if self.side == "input" else make.output_statistics
        self.put(statistics(row_count=rows, size=size, file_count=files))

    def text(self) -> str:
        """Return the dataset as canonical JSON."""
        if self._text is None:
            own = {f"{self.side}Facets": members_text(self._own)} if self._own else {}
            self._text = named_text(self.namespace, self.name, self._facets, **own)
        return self._text
