"""What a run reads, or writes: the datasets of its declaration and those that it adds."""

from __future__ import annotations

from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.events import list_text
from headwater.sdk.run_dataset import RunDataset, Side
from headwater.sdk.values import Shape

Declared = dict[tuple[str, str], RunDataset]


class RunDatasets:
    """One side of a run; the declaration is shared by its runs until one of them adds to it."""

    __slots__ = ("_datasets", "_declared", "_declared_text", "_namespace", "side")

    def __init__(self, side: Side, namespace: str, declared: Declared, text: str) -> None:
        self.side = side
        self._namespace = namespace
        self._declared = declared
        self._declared_text = text
        self._datasets: Declared | None = None

    def __len__(self) -> int:
        return len(self._declared if self._datasets is None else self._datasets)

    def __contains__(self, info: DatasetInfo) -> bool:
        datasets = self._declared if self._datasets is None else self._datasets
        return self._key(info) in datasets

    def get(self, info: DatasetInfo) -> RunDataset:
        """Return a dataset, with what `info` says added; it is made if it is new."""
        datasets = self._own()
        found = datasets.get(self._key(info))
        if found is None:
            found = RunDataset.of(info, self.side, self._namespace)
            datasets[self._key(info)] = found
            return found
        for facet in info.all_facets():
            found.put(facet)
        return found

    def describe(self, shapes: list[Shape]) -> None:
        """Add what values say: of one dataset, the first; of several, by position if each has one.

        What is written is described by the only table that comes out, if there is one dataset.
        """
        if not shapes or not len(self):
            return
        if len(self) == 1 and self.side == "input":
            shapes = shapes[:1]
        if len(self) == len(shapes):
            for dataset, shape in zip(self._own().values(), shapes, strict=True):
                dataset.describe(shape)

    def rows(self) -> int | None:
        """Return how many rows there are in all, if that is known of any dataset."""
        datasets = () if self._datasets is None else self._datasets.values()
        counts = [each.rows for each in datasets if each.rows is not None]
        return sum(counts) if counts else None

    def text(self) -> str:
        """Return the datasets as canonical JSON."""
        if self._datasets is None:
            return self._declared_text
        return list_text([each.text() for each in self._datasets.values()])

    def _key(self, info: DatasetInfo) -> tuple[str, str]:
        return info.namespace or self._namespace, info.name

    def _own(self) -> Declared:
        if self._datasets is None:
            self._datasets = {key: each.copy() for key, each in self._declared.items()}
        return self._datasets
