"""`/api/v2/datasets`: every dataset in one list, and everything about one in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.dataset_shapes import head_json, line_json
from headwater.api.lake import Catalogue
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.tables import (
    DatasetCount,
    DatasetHead,
    DatasetLine,
    DatasetList,
    FoundIn,
    TableLine,
)
from headwater.errors import Missing, Unprocessable
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.lineage.words import words_of
from headwater.model.lineage import Name
from headwater.model.names import ZONES, split_table_name
from headwater.query.lineage.dataset_page import dataset_page
from headwater.query.lineage.datasets import listed_datasets
from headwater.query.search import Filter, Hit, Search, terms_of

_MOST_FOUND: Final = 100
_MOST_NAMESPACES: Final = 200

Namespace = Annotated[str, Query(description="The namespace of the dataset.")]
DatasetName = Annotated[str, Query(description="The name of the dataset; of the lake zone.name.")]


def datasets_router(catalogue: Catalogue, reads: LineageReads, *, namespace: str) -> APIRouter:
    """Serve datasets; those of `namespace` that have a zone are tables of the lake."""
    router = APIRouter(prefix="/api/v2/datasets", tags=["tables"])
    desk = _Desk(catalogue, reads, namespace)

    @router.get("", responses=answers(DatasetList))
    def list_datasets(
        _: Reader,
        words: Annotated[
            str, Query(max_length=1_000, description="Words of names, columns, tags, owners.")
        ] = "",
        zone: Annotated[str | None, Query(description="Only tables of this zone.")] = None,
        namespace: Annotated[str | None, Query(description="Only of this namespace.")] = None,
        limit: Annotated[int, Query(ge=1, le=1_000, description="Most beside the lake's.")] = 200,
    ) -> Response:
        """List the lake's tables by zone, then other datasets, what changed last first."""
        if zone is not None and zone not in ZONES:
            raise Unprocessable(f"zone is {zone!r}, not one of {', '.join(ZONES)}", path="/zone")
        return answer(desk.all(words=words, zone=zone, namespace=namespace, limit=limit))

    @router.get("/head", responses=answers(DatasetHead))
    def get_head(_: Reader, namespace: Namespace, name: DatasetName) -> Response:
        """Return a dataset: columns with their lineage, readers, writers, what people say."""
        return answer(desk.head(Name(namespace, name)))

    return router


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The datasets of a list: those of the lake by name, others by key, and where words were."""

    lake: Sequence[TableLine]
    others: Sequence[int]
    found_in: dict[Name, list[FoundIn]]
    reason: str | None


class _Desk:
    """Puts together what the lake and what lineage know."""

    def __init__(self, catalogue: Catalogue, reads: LineageReads, namespace: str) -> None:
        self._catalogue = catalogue
        self._reads = reads
        self._namespace = namespace
        self._search = Search(reads)

    def all(
        self, *, words: str, zone: str | None, namespace: str | None, limit: int
    ) -> DatasetList:
        tables = self._catalogue.describe()
        with self._reads.view() as view:
            if terms_of(words):
                chosen = self._found(view, tables, words=words, namespace=namespace)
            else:
                chosen = self._latest(view, tables, namespace=namespace, limit=limit)
            lake = [one for one in chosen.lake if zone in (None, _zone(one["table"]))]
            others = [] if zone is not None else chosen.others
            names = {one["table"]: Name(self._namespace, one["table"]) for one in lake}
            found = ((table, view.names.find("dataset", name)) for table, name in names.items())
            keys = {table: key for table, key in found if key is not None}
            listed = listed_datasets(view, [*keys.values(), *others])
            lines: list[DatasetLine] = [
                line_json(
                    name,
                    listed.get(keys.get(table, -1)),
                    table=one,
                    found_in=chosen.found_in.get(name, []),
                )
                for one in lake
                for table, name in [(one["table"], names[one["table"]])]
            ]
            lines += [
                line_json(
                    listed[key].name,
                    listed[key],
                    table=None,
                    found_in=chosen.found_in.get(listed[key].name, []),
                )
                for key in others
                if key in listed
            ]
            return {
                "datasets": lines,
                "zones": [
                    {"name": one, "datasets": sum(_zone(t["table"]) == one for t in tables)}
                    for one in ZONES
                ],
                "namespaces": list(_namespaces(view)),
                "partial": chosen.reason is not None and zone is None,
                "reason": chosen.reason if zone is None else None,
            }

    def head(self, name: Name) -> DatasetHead:
        table = None
        if name.namespace == self._namespace and _zone(name.name) in ZONES:
            table = next((t for t in self._catalogue.describe() if t["table"] == name.name), None)
        schema = None if table is None else self._catalogue.schema(name.name)
        with self._reads.view() as view:
            page = dataset_page(view, name)
        if page is None and table is None:
            raise Missing(
                f"there is no dataset {name.name!r} in namespace {name.namespace!r}",
                hint="/api/v2/datasets?words= finds datasets by parts of their names",
            )
        return head_json(name, page, table=table, schema=schema)

    def _latest(
        self,
        view: LineageView,
        tables: Sequence[TableLine],
        *,
        namespace: str | None,
        limit: int,
    ) -> _Chosen:
        lake = tables if namespace in (None, self._namespace) else []
        key = None
        if namespace is not None:
            key = view.names.namespace(namespace)
            if key is None:
                return _Chosen(lake, [], {}, None)
        among = {one["table"] for one in tables}
        keys = view.listing.page("dataset", namespace=key, limit=limit + len(among) + 1, offset=0)
        others = self._others(view, keys, among)
        reason = None
        if len(others) > limit:
            total = view.listing.count("dataset", namespace=key)
            reason = f"these are the latest of {total:,} datasets; words find any of them"
        return _Chosen(lake, others[:limit], {}, reason)

    def _found(
        self,
        view: LineageView,
        tables: Sequence[TableLine],
        *,
        words: str,
        namespace: str | None,
    ) -> _Chosen:
        among = Filter(kind="dataset", namespace=namespace)
        page = self._search.find(words, among=among, limit=_MOST_FOUND)
        found_in = {hit.name: _found_in(hit) for hit in page.hits}
        wanted = set(words_of(words))
        lake = [
            one
            for one in tables
            if namespace in (None, self._namespace)
            and (
                Name(self._namespace, one["table"]) in found_in
                or all(any(w.startswith(x) for w in words_of(one["table"])) for x in wanted)
            )
        ]
        found = [view.names.find("dataset", hit.name) for hit in page.hits]
        others = self._others(
            view, [key for key in found if key is not None], {one["table"] for one in tables}
        )
        reason = page.reason
        if reason is None and page.next is not None:
            reason = f"these are the best {_MOST_FOUND}; another word makes them fewer"
        return _Chosen(lake, others, found_in, reason)

    def _others(self, view: LineageView, keys: Sequence[int], lake: set[str]) -> list[int]:
        """Leave out what the lake lists."""
        names = view.names.of("dataset", keys)
        return [
            key
            for key in dict.fromkeys(keys)
            if key in names
            and not (names[key].namespace == self._namespace and names[key].name in lake)
        ]


def _zone(table: str) -> str:
    return split_table_name(table)[0]


def _found_in(hit: Hit) -> list[FoundIn]:
    return [{"field": one.field, "text": one.text} for one in hit.matches]


def _namespaces(view: LineageView) -> Iterable[DatasetCount]:
    for one in view.namespaces.page(limit=_MOST_NAMESPACES, offset=0):
        key = view.names.namespace(one.name)
        count = 0 if key is None else view.listing.count("dataset", namespace=key)
        if count and not one.is_hidden:
            yield {"name": one.name, "datasets": count}
