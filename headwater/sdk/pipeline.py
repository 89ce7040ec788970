"""`Pipeline`: named stages in a row, which a Headwater server runs durably and watches.

A pipeline is declared where it is used, made known in the entry-point group
`headwater.pipelines`, and started over HTTP; what its stages hand on is kept on disk, so that a
run goes on after the server was killed, from the stage in which it was.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import HeadwaterError

Kind = Literal["extract", "transform", "load"]
Value = str | int | float | bool | None
Parameters = Mapping[str, Value]
Record = Mapping[str, object]
Records = Iterable[Record]
F = TypeVar("F", bound=Callable[..., object])

_STAGE_NAME = re.compile(r"[\w][\w.-]{0,99}")

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class ParameterError(HeadwaterError):
    """A pipeline was started with parameters that it does not take; `name` is the first of them."""

    def __init__(self, message: str, *, name: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something that is chosen when a pipeline is started; without a default it must be given."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    default: Value = None
    is_required: bool = True
    description: str = ""


class StageContext(Protocol):
    """What a stage sees of the run that it is part of."""

    @property
    def run_id(self) -> str:
        """The id of the pipeline's run."""

    @property
    def parameters(self) -> Parameters:
        """What the run was started with, defaults filled in."""

    @property
    def is_cancelled(self) -> bool:
        """Whether the stage should stop: its run was cancelled, or the server stops.

        A long stage looks now and then; what it returns then is not used.
        """

    def file(self, name: str) -> Path:
        """Return a file below the folder that pipelines of the server may open."""

    def reads(self, dataset: DatasetInfo) -> None:
        """Name a dataset that the stage reads."""

    def writes(self, dataset: DatasetInfo) -> None:
        """Name a dataset that the stage writes."""

    def reject(self, record: Record, reason: str) -> None:
        """Count a record that the stage leaves out, and keep the first of them with why."""

    def send(self, source: str, records: Records) -> int:
        """Send records into the lake as a source; return how many were taken.

        Doing it again in the same run adds nothing: the run is the idempotency key.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step: what it does with the records of the one before, and how often it is tried."""

    name: str
    kind: Kind
    function: Callable[..., object]
    attempts: int = 3
    backoff_seconds: float = 1.0

    @property
    def takes_records(self) -> bool:
        """Tell whether the function takes the records of the stage before."""
        return len(inspect.signature(self.function).parameters) > 1


@dataclass(slots=True)
class Pipeline:
    """Stages that run one after the other.

    A stage is a function of the context and, but for the first, of the records that the last
    stage before it returned; it returns records (an iterable of mappings, or a table of pyarrow,
    pandas or polars) or nothing::

        orders = Pipeline("orders", parameters={"path": Parameter()})

        @orders.extract
        def read(context):
            return csv.DictReader(open(context.parameters["path"]))

        @orders.load
        def store(context, records):
            context.send("orders", records)
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)

    def extract(self, function: F) -> F:
        """Add the function as a stage that reads."""
        return self.stage("extract")(function)

    def transform(self, function: F) -> F:
        """Add the function as a stage that cleans, checks or enriches."""
        return self.stage("transform")(function)

    def load(self, function: F) -> F:
        """Add the function as a stage that writes."""
        return self.stage("load")(function)

    def stage(
        self,
        kind: Kind,
        *,
        name: str | None = None,
        attempts: int = 3,
        backoff_seconds: float = 1.0,
    ) -> Callable[[F], F]:
        """Return a decorator that adds a stage; a failed one is tried again, ever more slowly."""

        def add(function: F) -> F:
            called = name or function.__name__
            if not _STAGE_NAME.fullmatch(called):
                raise ValueError(f"a stage cannot be called {called!r}: letters, digits and _ . -")
            if any(stage.name == called for stage in self.stages):
                raise ValueError(f"the pipeline {self.name!r} has a stage {called!r} already")
            self.stages.append(
                Stage(
                    name=called,
                    kind=kind,
                    function=function,
                    attempts=attempts,
                    backoff_seconds=backoff_seconds,
                )
            )
            return function

        return add

    def check(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return the parameters of a run, defaults filled in; raises `ParameterError`."""
        for name in given:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise ParameterError(
                    f"the pipeline {self.name!r} has no parameter {name!r}",
                    name=name,
                    hint=f"it takes: {known}",
                )
        return {name: _checked(name, declared, given) for name, declared in self.parameters.items()}


def _checked(name: str, declared: Parameter, given: Mapping[str, object]) -> Value:
    if name not in given:
        if declared.is_required and declared.default is None:
            raise ParameterError(f"the parameter {name!r} is missing", name=name)
        return declared.default
    value = given[name]
    fits = isinstance(value, _TYPES[declared.type])
    if isinstance(value, bool) and declared.type != "boolean":
        fits = False
    if not fits or not isinstance(value, str | int | float | bool):
        raise ParameterError(
            f"the parameter {name!r} is {value!r}, not of type {declared.type}", name=name
        )
    return value
