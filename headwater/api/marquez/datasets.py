"""Datasets and their versions."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import full_names, is_same
from headwater.api.marquez.route import (
    Limit,
    MarquezRoute,
    Offset,
    answer,
    page_of,
    uuid_of,
)
from headwater.api.marquez.shapes import dataset_json, dataset_version_json
from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import DatasetVersion, Name


def datasets_router(reads: LineageReads) -> APIRouter:
    """Serve datasets."""
    router = APIRouter(prefix="/api/v1/namespaces", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/{namespace:segment}/datasets")
    def list_datasets(
        _principal: Reader, namespace: str, limit: Limit = None, offset: Offset = None
    ) -> Response:
        """List the datasets of a namespace, what changed last first."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            key = _namespace(view, namespace)
            keys = view.listing.page("dataset", namespace=key, limit=most, offset=skipped)
            found = view.datasets.by_keys(keys)
            total = view.listing.count("dataset", namespace=key)
        return answer({"totalCount": total, "datasets": [dataset_json(found[key]) for key in keys]})

    @router.get("/{namespace:segment}/datasets/{dataset:segment}")
    def get_dataset(_principal: Reader, namespace: str, dataset: str) -> Response:
        """Return one dataset."""
        with reads.view() as view:
            key = find_dataset(view, namespace, dataset)
            found = view.datasets.with_input_facets(view.datasets.by_keys([key])[key])
        if not is_same(found.name.name, dataset) or not is_same(found.name.namespace, namespace):
            found = replace(found, name=Name(namespace, dataset))  # asked by a symlink's name
        return answer(dataset_json(found))

    @router.get("/{namespace:segment}/datasets/{dataset:segment}/versions")
    def list_versions(
        _principal: Reader,
        namespace: str,
        dataset: str,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the versions of a dataset, the newest first."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            key = find_dataset(view, namespace, dataset)
            page = view.datasets.versions(key, limit=most, offset=skipped)
            total = max(1, view.datasets.count_versions(key))
            names = full_names(view, _jobs(page))
        versions = [dataset_version_json(version, names) for version in page]
        return answer({"versions": versions, "totalCount": total})

    @router.get("/{namespace:segment}/datasets/{dataset:segment}/versions/{version:segment}")
    def get_version(_principal: Reader, namespace: str, dataset: str, version: str) -> Response:
        """Return one version of a dataset."""
        wanted = str(uuid_of(version))
        with reads.view() as view:
            key = find_dataset(view, namespace, dataset)
            found = view.datasets.version(key, wanted)
            if found is None:
                raise Missing(f"Dataset version '{version}' not found.")
            names = full_names(view, _jobs([found]))
        return answer(dataset_version_json(found, names))

    return router


def find_dataset(view: LineageView, namespace: str, dataset: str) -> int:
    """Find a dataset; raises `Missing` as Marquez does."""
    _namespace(view, namespace)
    key = view.names.find("dataset", Name(namespace, dataset))
    if key is None:
        raise Missing(f"Dataset {dataset!r} not found.")
    return key


def _namespace(view: LineageView, namespace: str) -> int:
    key = view.names.namespace(namespace)
    if key is None:
        raise Missing(f"Namespace {namespace!r} not found.")
    return key


def _jobs(versions: list[DatasetVersion]) -> list[int]:
    return [v.created_by.job_key for v in versions if v.created_by is not None]
