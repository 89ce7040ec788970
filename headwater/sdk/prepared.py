"""A declared job, made ready once for a configuration, so that a run costs little."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from headwater.sdk import facets as make
from headwater.sdk.code import code_location
from headwater.sdk.configuration import DEFAULT_NAMESPACE, Configuration
from headwater.sdk.datasets import owner_pairs, tag_pairs
from headwater.sdk.events import facet_text, list_text, named_text
from headwater.sdk.facets import Facet
from headwater.sdk.guard import Guarded
from headwater.sdk.redaction import redact_values
from headwater.sdk.run_dataset import DatasetLike, Datasets, RunDataset, Side, dataset_infos
from headwater.sdk.run_datasets import RunDatasets
from headwater.version import __version__

if TYPE_CHECKING:
    from headwater.sdk.delivery import Delivery
    from headwater.sdk.run import JobRun

Declared = Datasets | Callable[..., Datasets]
"""Datasets, or what returns them when it is called with the arguments of the job."""

NominalTime = datetime | tuple[datetime, datetime | None]

NO_RUN: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a user says about a job."""

    name: str
    namespace: str | None = None
    description: str | None = None
    inputs: Iterable[DatasetLike] = ()
    outputs: Iterable[DatasetLike] = ()
    inputs_of: Callable[..., Datasets] | None = None
    outputs_of: Callable[..., Datasets] | None = None
    owners: Iterable[str | tuple[str, str]] = ()
    tags: Mapping[str, str] | Iterable[str] = ()
    run_tags: Mapping[str, str] | Iterable[str] = ()
    stage: str | None = None
    engine: tuple[str, str] | None = None
    nominal_time: NominalTime | Callable[..., NominalTime | None] | None = None
    facets: tuple[Facet, ...] = ()
    job_facets: tuple[Facet, ...] = ()
    captures_values: bool = True
    captures_arguments: bool = False
    code: tuple[Path, int] | None = None


class Prepared:
    """A declaration with everything that stays the same from run to run as JSON."""

    __slots__ = (
        "declaration",
        "delivery",
        "inputs",
        "inputs_text",
        "job",
        "job_facets",
        "name",
        "namespace",
        "outputs",
        "outputs_text",
        "run_facets",
        "run_tags",
    )

    def __init__(self, declaration: Declaration, delivery: Delivery | None) -> None:
        configuration = None if delivery is None else delivery.configuration
        self.declaration = declaration
        self.delivery = delivery
        self.name = declaration.name
        default = DEFAULT_NAMESPACE if configuration is None else configuration.namespace
        self.namespace = declaration.namespace or default
        self.run_tags: dict[str, str] = {}
        self.run_facets: dict[str, str] = {}
        self.job_facets: dict[str, str] = {}
        if configuration is not None:
            self.run_tags = {**dict(tag_pairs(declaration.run_tags)), **configuration.run_tags}
            self._put(self.run_facets, "run", lambda: _run_facets(self, configuration))
            self._put(self.job_facets, "job", lambda: _job_facets(declaration, configuration))
        self.job = self.job_text(self.job_facets)
        self.inputs = self._datasets("input", declaration.inputs)
        self.outputs = self._datasets("output", declaration.outputs)
        self.inputs_text = list_text([each.text() for each in self.inputs.values()])
        self.outputs_text = list_text([each.text() for each in self.outputs.values()])

    def datasets(self, side: Side) -> RunDatasets:
        """Return one side of a new run."""
        if side == "input":
            return RunDatasets(side, self.namespace, self.inputs, self.inputs_text)
        return RunDatasets(side, self.namespace, self.outputs, self.outputs_text)

    def job_text(self, facets: Mapping[str, str]) -> str:
        """Return the job with these facets as canonical JSON."""
        return named_text(self.namespace, self.name, facets)

    def _put(
        self, into: dict[str, str], place: make.Place, found: Callable[[], Iterable[Facet]]
    ) -> None:
        with Guarded(f"a facet of the job {self.name} cannot be told"):
            for facet in found():
                into[facet.key] = facet_text(facet, place)

    def _datasets(
        self, side: Side, declared: Iterable[DatasetLike]
    ) -> dict[tuple[str, str], RunDataset]:
        found: dict[tuple[str, str], RunDataset] = {}
        with Guarded(f"an {side} of the job {self.name} cannot be told"):
            for info in dataset_infos(declared):
                made = RunDataset.of(info, side, self.namespace)
                found[made.namespace, made.name] = made
        return found


@cache
def _unrecorded() -> Prepared:
    return Prepared(Declaration(name="none"), None)


def unrecorded_run(prepared: Prepared | None = None) -> JobRun:
    """Return a run that nothing is told of."""
    from headwater.sdk.run import JobRun

    return JobRun(prepared or _unrecorded(), NO_RUN, delivery=None)


def _run_facets(prepared: Prepared, configuration: Configuration) -> Iterable[Facet]:
    declaration = prepared.declaration
    name, version = declaration.engine or _python()
    yield make.processing_engine(version, name=name, adapter_version=__version__)
    if prepared.run_tags:
        yield make.tags(prepared.run_tags.items(), source="USER")
    nominal = declaration.nominal_time
    if isinstance(nominal, (datetime, tuple)):
        yield nominal_facet(nominal)
    elif nominal is None and (scheduled := _scheduled()) is not None:
        yield make.nominal_time(scheduled)
    variables = {
        name: os.environ[name] for name in configuration.environment_variables if name in os.environ
    }
    if variables:
        yield make.environment_variables(redact_values(variables))
    yield from declaration.facets


def _job_facets(declaration: Declaration, configuration: Configuration) -> Iterable[Facet]:
    yield make.job_type(integration="HEADWATER", kind="JOB")
    if declaration.description:
        yield make.documentation(declaration.description)
    if declaration.owners:
        yield make.ownership(owner_pairs(declaration.owners))
    tags = {**dict(tag_pairs(declaration.tags)), **configuration.job_tags}
    if declaration.stage:
        tags.setdefault("stage", declaration.stage)
    if tags:
        yield make.tags(tags.items(), source="USER")
    if configuration.tells_source_code_location and declaration.code is not None:
        file, line = declaration.code
        location = code_location(file, line, configuration.source_code_location)
        if location is not None:
            yield location
    yield from declaration.job_facets


def nominal_facet(nominal: NominalTime) -> Facet:
    """Return a nominal time as a facet; naive times are this machine's."""
    start, end = nominal if isinstance(nominal, tuple) else (nominal, None)
    zoned = [None if each is None else each.astimezone() for each in (start, end)]
    assert zoned[0] is not None
    return make.nominal_time(zoned[0], zoned[1])


def _scheduled() -> datetime | None:
    """Return the time for which Airflow runs this process, if it does."""
    for name in ("AIRFLOW_CTX_LOGICAL_DATE", "AIRFLOW_CTX_EXECUTION_DATE"):
        if name in os.environ:
            try:
                return datetime.fromisoformat(os.environ[name]).astimezone()
            except ValueError:
                return None
    return None


def _python() -> tuple[str, str]:
    import platform

    return "Python", platform.python_version()
