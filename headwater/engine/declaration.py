"""A job as declared data: what it reads, its steps, what it writes, what is expected of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.lake.contract import TableDeclaration
from headwater.quality.expectations import Expectation
from headwater.sdk.sql import InputColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelStep:
    """A pure function over Arrow batches, named `module:function`, with its field map.

    `fields` maps each output column to what it is made of; `rows` are the inputs that decide
    which rows there are. It is the truth that both the lineage and its test go by.
    """

    task: str
    fields: Mapping[str, tuple[InputColumn, ...]]
    rows: tuple[InputColumn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep:
    """One SELECT in the portable subset of DuckDB's dialect; its tables are the job's inputs."""

    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDeclaration:
    """A job that makes one table.

    `inputs` maps each input dataset to its columns and their types. `source` is the file of the
    package that declares the job.
    """

    name: str
    description: str
    inputs: Mapping[str, Mapping[str, str]]
    step: KernelStep | SetStep
    output: TableDeclaration
    expectations: tuple[Expectation, ...] = ()
    source: str

    @property
    def table(self) -> str:
        """Return the qualified name of the output."""
        return f"{self.output.zone}.{self.output.name}"
