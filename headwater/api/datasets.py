"""`/api/v2/datasets`: every dataset in one list, and everything about one in one answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.cursors import cursor_of, place_of
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
        after: Annotated[
            str | None, Query(description="The `next` of the page before this one.")
        ] = None,
    ) -> Response:
        """List the lake's tables by zone, then other datasets, what changed last first."""
        if zone is not None and zone not in ZONES:
            raise Unprocessable(f"zone is {zone!r}, not one of {', '.join(ZONES)}", path="/zone")
        among = _Among(words=words, zone=zone, namespace=namespace, limit=limit, after=after)
        return answer(desk.all(among))

    @router.get("/head", responses=answers(DatasetHead))
    def get_head(_: Reader, namespace: Namespace, name: DatasetName) -> Response:
        """Return a dataset: columns with their lineage, readers, writers, what people say."""
        return answer(desk.head(Name(namespace, name)))

    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class _Among:
    """Which datasets are asked for; `after` is the cursor of the page before."""

    words: str
    zone: str | None
    namespace: str | None
    limit: int
    after: str | None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The datasets of a page: those of the lake by name, others by key, and where words were."""

    lake: Sequence[TableLine]
    others: Sequence[int]
    found_in: dict[Name, list[FoundIn]]
    reason: str | None = None
    next: str | None = None


class _Desk:
    """Puts together what the lake and what lineage know."""

    def __init__(self, catalogue: Catalogue, reads: LineageReads, namespace: str) -> None:
        self._catalogue = catalogue
        self._reads = reads
        self._namespace = namespace
        self._search = Search(reads)

    def all(self, among: _Among) -> DatasetList:
        tables = self._catalogue.describe()
        zone = among.zone
        with self._reads.view() as view:
            choose = self._found if terms_of(among.words) else self._latest
            chosen = choose(view, tables, among)
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
                "next": chosen.next if zone is None else None,
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

    def _latest(self, view: LineageView, tables: Sequence[TableLine], among: _Among) -> _Chosen:
        is_first = among.after is None
        lake = tables if is_first and among.namespace in (None, self._namespace) else []
        key = None
        if among.namespace is not None:
            key = view.names.namespace(among.namespace)
            if key is None:
                return _Chosen(lake, [], {})
        names = {one["table"] for one in tables}
        most = among.limit + len(names) + 1
        place = None if among.after is None else place_of(among.after)
        listed = view.listing.behind(place, "dataset", namespace=key, limit=most)
        others = self._others(view, [one.key for one in listed], names)
        if len(others) <= among.limit:
            return _Chosen(lake, others, {})
        shown = others[: among.limit]
        total = view.listing.count("dataset", namespace=key)
        following = next(one.place for one in listed if one.key == shown[-1])
        reason = f"these are the latest of {total:,} datasets; words find any of them"
        if not is_first:
            reason = f"these are some of {total:,} datasets; the next page has more"
        return _Chosen(lake, shown, {}, reason, cursor_of(following))

    def _found(self, view: LineageView, tables: Sequence[TableLine], among: _Among) -> _Chosen:
        wish = Filter(kind="dataset", namespace=among.namespace)
        page = self._search.find(among.words, among=wish, limit=_MOST_FOUND, after=among.after)
        found_in = {hit.name: _found_in(hit) for hit in page.hits}
        wanted = set(words_of(among.words))
        lake: list[TableLine] = []
        for one in tables if among.namespace in (None, self._namespace) else ():
            words = words_of(one["table"])
            is_named = all(any(word.startswith(x) for word in words) for x in wanted)
            is_hit = Name(self._namespace, one["table"]) in found_in
            # What the name of a table tells is on the first page, wherever the search has it.
            if among.after is None if is_named else is_hit:
                lake.append(one)
        found = [view.names.find("dataset", hit.name) for hit in page.hits]
        others = self._others(
            view, [key for key in found if key is not None], {one["table"] for one in tables}
        )
        reason = page.reason
        if reason is None and page.next is not None:
            reason = f"these are the best {_MOST_FOUND}; another word makes them fewer"
        return _Chosen(lake, others, found_in, reason, page.next)

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
