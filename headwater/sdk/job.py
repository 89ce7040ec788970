"""`openlineage_job`: every run of what it decorates, or of its block, is told as lineage."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Literal, TypeVar, cast, overload

from headwater.sdk.current import RunToken, enclosing_run, enter, leave
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import InvalidConfiguration
from headwater.sdk.facets import Facet
from headwater.sdk.guard import Guarded
from headwater.sdk.prepared import Declaration, Declared, NominalTime, Prepared, unrecorded_run
from headwater.sdk.run import JobRun
from headwater.sdk.run_dataset import DatasetLike, Datasets

F = TypeVar("F", bound=Callable[..., object])


@overload
def openlineage_job(job_name: F, /) -> F:
    """Return the function so that its runs are told."""


@overload
def openlineage_job(
    job_name: str | None = None,
    *,
    namespace: str | None = None,
    description: str | None = None,
    inputs: Declared = (),
    outputs: Declared = (),
    owners: Iterable[str | tuple[str, str]] = (),
    tags: Mapping[str, str] | Iterable[str] = (),
    run_tags: Mapping[str, str] | Iterable[str] = (),
    stage: str | None = None,
    engine: tuple[str, str] | None = None,
    nominal_time: NominalTime | Callable[..., NominalTime | None] | None = None,
    run_facets: Iterable[Facet] = (),
    job_facets: Iterable[Facet] = (),
    run_id: str | None = None,
    capture_values: bool = True,
    capture_arguments: bool = False,
) -> LineageJob:
    """Return a decorator that is a context manager too."""


def openlineage_job(
    job_name: str | F | None = None,
    *,
    namespace: str | None = None,
    description: str | None = None,
    inputs: Declared = (),
    outputs: Declared = (),
    owners: Iterable[str | tuple[str, str]] = (),
    tags: Mapping[str, str] | Iterable[str] = (),
    run_tags: Mapping[str, str] | Iterable[str] = (),
    stage: str | None = None,
    engine: tuple[str, str] | None = None,
    nominal_time: NominalTime | Callable[..., NominalTime | None] | None = None,
    run_facets: Iterable[Facet] = (),
    job_facets: Iterable[Facet] = (),
    run_id: str | None = None,
    capture_values: bool = True,
    capture_arguments: bool = False,
) -> LineageJob | F:
    """Return a decorator for functions, coroutines, generators and classes with a run method.

    It is a context manager too, also for `async with`. Each run tells START, RUNNING while it is
    long, and COMPLETE, FAIL or ABORT; it is the child of the run that it is called in. Errors of
    the decorated code go on as they are; errors in telling lineage are logged and never raised.

    `inputs` and `outputs` are `DatasetInfo`s, names or URLs, or a function of the job's arguments
    that returns them; it takes those that its parameters name, and `result` after the job. `owners`
    are names or (name, type), `tags` a mapping or `key:value` words. `stage` is the part of a
    pipeline that a span shows, `engine` (name, version) what does the work, `nominal_time` a time,
    a pair of times, or a function of the arguments. Without `capture_values` the tables that pass
    in and out are not looked at; with `capture_arguments` the arguments are told, redacted.
    """
    is_name = job_name is None or isinstance(job_name, str)
    named = {"inputs": inputs, "outputs": outputs}
    given = {key: each for key, each in named.items() if not callable(each)}
    job = LineageJob(
        Declaration(
            name=cast("str | None", job_name) or "" if is_name else "",
            namespace=namespace,
            description=description,
            inputs=_listed(given.get("inputs")),
            outputs=_listed(given.get("outputs")),
            inputs_of=inputs if callable(inputs) else None,
            outputs_of=outputs if callable(outputs) else None,
            owners=owners if isinstance(owners, str) else tuple(owners),
            tags=tags,
            run_tags=run_tags,
            stage=stage,
            engine=engine,
            nominal_time=nominal_time,
            facets=tuple(run_facets),
            job_facets=tuple(job_facets),
            captures_values=capture_values,
            captures_arguments=capture_arguments,
        ),
        run_id=run_id,
    )
    return job if is_name else job(cast(F, job_name))


class LineageJob:
    """A declared job: decorate with it, or run a block in it; made by `openlineage_job`."""

    def __init__(self, declaration: Declaration, *, run_id: str | None = None) -> None:
        self.declaration = declaration
        self._run_id = run_id
        self._prepared: Prepared | None = None
        self._tokens: dict[int, RunToken] = {}

    def __call__(self, target: F) -> F:
        """Return the function or class so that its runs are told."""
        from headwater.sdk.wrapping import wrapped

        return wrapped(self, target)

    def begin(self) -> JobRun:
        """Return a new run, child of the current one, that has not been told yet."""
        from headwater.sdk.delivery import current_delivery

        delivery = current_delivery()
        prepared = self._prepared
        if prepared is None or prepared.delivery is not delivery:
            declaration = self.declaration
            prepared = self._prepared = Prepared(declaration, delivery)
        above = enclosing_run()
        if delivery is None or delivery.is_filtered(prepared.name):
            run = unrecorded_run(prepared)
            run.enclosing = above
            return run
        return delivery.open_run(prepared, above, self._run_id)

    def __enter__(self) -> JobRun:
        """Begin a run of the block."""
        return self._begin_block(inspect.currentframe())

    def _begin_block(self, frame: FrameType | None) -> JobRun:
        declaration = self.declaration
        frame = None if frame is None else frame.f_back
        if not declaration.name:
            raise InvalidConfiguration(
                "a block has no name of its own", hint='name it: openlineage_job("load")'
            )
        if declaration.code is None and frame is not None:
            code = (Path(frame.f_code.co_filename), frame.f_lineno)
            self.declaration = replace(declaration, code=code)
        run = self.begin()
        with Guarded("the inputs and outputs of a block cannot be told"):
            _declare_all(run, self.declaration)
        run.start()
        self._tokens[id(run)] = enter(run)
        return run

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        """End the run of the block, as what it was."""
        run = enclosing_run()
        token = None if run is None else self._tokens.pop(id(run), None)
        if run is not None and token is not None:
            leave(token)
            end_run(run, error)
        return False

    async def __aenter__(self) -> JobRun:
        """Begin a run of the block."""
        return self._begin_block(inspect.currentframe())

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        """End the run of the block, as what it was."""
        return self.__exit__(kind, error, trace)


def end_run(run: JobRun, error: BaseException | None) -> None:
    """End a run by what came out of its code: nothing, or an error.

    `SystemExit` without a code is a success. A cancelled coroutine and a generator that its
    consumer closed did not fail, but were given up.
    """
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        run.complete()
    elif isinstance(error, GeneratorExit) or _is_cancelled(error):
        run.abort(error)
    else:
        run.fail(error)


def _is_cancelled(error: BaseException) -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def _declare_all(run: JobRun, declaration: Declaration) -> None:
    for side, found in (("input", declaration.inputs_of), ("output", declaration.outputs_of)):
        if found is not None:
            run.declare("input" if side == "input" else "output", found())


def _listed(declared: Datasets) -> tuple[DatasetLike, ...]:
    if declared is None:
        return ()
    return (declared,) if isinstance(declared, (DatasetInfo, str)) else tuple(declared)
