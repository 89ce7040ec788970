"""What a decorated function, coroutine, generator or class becomes."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeVar, cast

from headwater.sdk import facets as make
from headwater.sdk.current import enter, leave
from headwater.sdk.errors import InvalidConfiguration
from headwater.sdk.guard import Guarded
from headwater.sdk.job import LineageJob, end_run
from headwater.sdk.prepared import nominal_facet
from headwater.sdk.redaction import redact_values
from headwater.sdk.run import JobRun
from headwater.sdk.values import Shape, rows_of, shape_of, shapes_in

if TYPE_CHECKING:
    from headwater.sdk.prepared import NominalTime
    from headwater.sdk.run_dataset import Datasets, Side

F = TypeVar("F", bound=Callable[..., object])
Arguments = tuple[tuple[object, ...], Mapping[str, object]]
_Function = Callable[..., object]

_METHOD: Final = "run"
_LONGEST_ARGUMENT: Final = 1000
_MISSING: Final = object()


def wrapped(job: LineageJob, target: F) -> F:
    """Return the target so that each of its runs is told."""
    if isinstance(target, (staticmethod, classmethod)):
        kind = type(target)
        return cast(F, kind(wrapped(job, target.__func__)))
    if isinstance(target, type):
        return cast(F, _class(job, target))
    if not callable(target):
        raise InvalidConfiguration(
            f"{target!r} cannot be decorated",
            hint="functions, coroutines, generators and classes with a run method can",
        )
    _describe(job, target, target)
    calls = _Calls(job, target)
    if inspect.isasyncgenfunction(target):
        return cast(F, _async_generator(calls, target))
    if inspect.isgeneratorfunction(target):
        return cast(F, _generator(calls, target))
    if inspect.iscoroutinefunction(target):
        return cast(F, _coroutine(calls, target))
    return cast(F, _function(calls, target))


def _class(job: LineageJob, target: type) -> type:
    method = getattr(target, _METHOD, None)
    if not callable(method):
        raise InvalidConfiguration(
            f"the class {target.__qualname__} has no method {_METHOD}",
            hint="decorate the method that does the work instead",
        )
    _describe(job, target, method)
    type.__setattr__(target, _METHOD, wrapped(job, vars(target).get(_METHOD, method)))
    return target


def _describe(job: LineageJob, target: Callable[..., object] | type, function: _Function) -> None:
    """Fill in what the code says of itself: name, documentation and place."""
    declaration = job.declaration
    code = getattr(inspect.unwrap(function), "__code__", None)
    place = None if code is None else (Path(code.co_filename), int(code.co_firstlineno))
    text = inspect.cleandoc(target.__doc__ or function.__doc__ or "")
    job.declaration = replace(
        declaration,
        name=declaration.name or _name(target),
        description=declaration.description or text or None,
        code=declaration.code or place,
    )


def _name(target: object) -> str:
    module = getattr(target, "__module__", None) or ""
    if module == "__main__":
        file = getattr(sys.modules.get("__main__"), "__file__", None)
        module = Path(file).stem if file else ""
    name = getattr(target, "__qualname__", None) or type(target).__qualname__
    return f"{module}.{name}".replace("<locals>.", "").lstrip(".")


class _Calls:
    """Begins and ends the runs of one function by what it is called with and returns."""

    __slots__ = ("_function", "_is_plain", "_job", "_parameters")

    def __init__(self, job: LineageJob, function: _Function) -> None:
        self._job = job
        self._function = function
        self._parameters: dict[_Function, frozenset[str] | None] = {}
        said = job.declaration
        self._is_plain = not (
            said.inputs_of
            or said.outputs_of
            or callable(said.nominal_time)
            or said.captures_arguments
        )

    def begin(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> JobRun:
        """Return a run of a call, which has been told."""
        run = self._job.begin()
        if run.is_recorded:
            if not self._is_plain:
                self._ask(run, (args, kwargs))
            if self._job.declaration.captures_values and run.has("input"):
                with Guarded("the inputs of a job cannot be looked at"):
                    tables = _tables((*args, *kwargs.values()))
                    if tables:
                        run.describe("input", tables)
            run.start()
        return run

    def end(self, run: JobRun, arguments: Arguments, result: object) -> None:
        """End the run of a call that returned."""
        if run.is_recorded:
            outputs_of = self._job.declaration.outputs_of
            if outputs_of is not None and self._wants_result(outputs_of):
                self._declare(run, "output", (outputs_of, arguments, result))
            if result is not None and self._job.declaration.captures_values:
                with Guarded("the outputs of a job cannot be looked at"):
                    run.describe("output", shapes_in(result))
        run.complete()

    def _ask(self, run: JobRun, arguments: Arguments) -> None:
        said = self._job.declaration
        if said.inputs_of is not None:
            self._declare(run, "input", (said.inputs_of, arguments, _MISSING))
        if said.outputs_of is not None and not self._wants_result(said.outputs_of):
            self._declare(run, "output", (said.outputs_of, arguments, _MISSING))
        if callable(said.nominal_time):
            with Guarded(f"the nominal time of {run.job_name} cannot be found") as asked:
                nominal = cast("NominalTime | None", self._call(said.nominal_time, arguments))
                if nominal is not None:
                    run.add_facet(nominal_facet(nominal))
            if asked.error is not None:
                run.trouble("nominal_time", asked.error)
        if said.captures_arguments:
            with Guarded(f"the arguments of {run.job_name} cannot be told"):
                run.add_facet(make.execution_parameters(self._told(arguments)))

    def _declare(self, run: JobRun, side: Side, call: tuple[_Function, Arguments, object]) -> None:
        function, arguments, result = call
        with Guarded(f"the {side}s of {run.job_name} cannot be found") as asked:
            run.declare(side, cast("Datasets", self._call(function, arguments, result)))
        if asked.error is not None:
            run.trouble(f"{side}s", asked.error)

    def _call(self, asked: _Function, arguments: Arguments, result: object = _MISSING) -> object:
        """Call what a user declared with those of the job's arguments that it names."""
        args, kwargs = arguments
        names = self._names(asked)
        if names is None:
            return asked(*args, **kwargs)
        bound = inspect.signature(self._function).bind(*args, **kwargs)
        bound.apply_defaults()
        values: dict[str, object] = {}
        for name, value in bound.arguments.items():
            kind = bound.signature.parameters[name].kind
            values |= value if kind is inspect.Parameter.VAR_KEYWORD else {name: value}
        if result is not _MISSING:
            values["result"] = result
        return asked(**{name: value for name, value in values.items() if name in names})

    def _wants_result(self, asked: _Function) -> bool:
        names = self._names(asked)
        return names is not None and "result" in names and "result" not in self._own_names()

    def _names(self, asked: _Function) -> frozenset[str] | None:
        """Return the parameters by which it is called; None if they are not the job's."""
        if asked not in self._parameters:
            parameters = inspect.signature(asked).parameters.values()
            named = frozenset(
                each.name
                for each in parameters
                if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
            )
            needed = {each.name for each in parameters if each.default is each.empty}
            is_by_name = needed <= named and needed <= self._own_names() | {"result"}
            self._parameters[asked] = named if is_by_name else None
        return self._parameters[asked]

    def _own_names(self) -> frozenset[str]:
        parameters = inspect.signature(self._function).parameters.values()
        return frozenset(each.name for each in parameters)

    def _told(self, arguments: Arguments) -> dict[str, str]:
        bound = inspect.signature(self._function).bind(*arguments[0], **arguments[1])
        said = {
            name: value if isinstance(value, str) else repr(value)
            for name, value in bound.arguments.items()
            if name not in ("self", "cls") and shape_of(value) is None
        }
        return {name: value[:_LONGEST_ARGUMENT] for name, value in redact_values(said).items()}


def _function(calls: _Calls, function: _Function) -> _Function:
    @functools.wraps(function)
    def wrapper(*args: object, **kwargs: object) -> object:
        run = calls.begin(args, kwargs)
        token = enter(run)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            end_run(run, error)
            raise
        else:
            calls.end(run, (args, kwargs), result)
            return result
        finally:
            leave(token)

    return wrapper


def _coroutine(calls: _Calls, function: _Function) -> _Function:
    awaited = cast(Callable[..., Awaitable[object]], function)

    @functools.wraps(function)
    async def wrapper(*args: object, **kwargs: object) -> object:
        run = calls.begin(args, kwargs)
        token = enter(run)
        try:
            result: object = await awaited(*args, **kwargs)
        except BaseException as error:
            end_run(run, error)
            raise
        else:
            calls.end(run, (args, kwargs), result)
            return result
        finally:
            leave(token)

    return wrapper


class _Rows:
    """Counts what a generator yields, and keeps the columns of the first table."""

    __slots__ = ("_first", "_rows", "_run")

    def __init__(self, run: JobRun) -> None:
        self._run = run
        self._rows: int | None = None
        self._first: Shape | None = None

    def add(self, item: object) -> None:
        """Count one item."""
        if not self._run.is_recorded:
            return
        with Guarded("the items of a generator cannot be looked at"):
            rows = rows_of(item)
            if rows is not None:
                self._rows = rows + (self._rows or 0)
                if self._first is None:
                    self._first = shape_of([item]) or shape_of(item)

    def tell(self) -> None:
        """Describe the only output by them."""
        if self._first is not None:
            self._run.describe("output", [Shape(self._first.fields, self._rows)])


class _Thrown:
    """Keeps what a consumer throws into a generator, so that it can be thrown into the one inside;
    that it closes the generator goes on."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> _Thrown:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, GeneratorExit):
            return False
        self.error = error
        return True


def _generator(calls: _Calls, function: _Function) -> _Function:
    @functools.wraps(function)
    def wrapper(*args: object, **kwargs: object) -> Generator[object, object, object]:
        steps = cast(Generator[object, object, object], function(*args, **kwargs))
        run = calls.begin(args, kwargs)
        rows = _Rows(run)
        result: object = None
        try:
            step: Callable[[], object] = functools.partial(next, steps)
            while True:
                token = enter(run)  # only while its own code runs, not its consumer's
                try:
                    item = step()
                except StopIteration as stop:
                    result = stop.value
                    break
                finally:
                    leave(token)
                rows.add(item)
                with _Thrown() as thrown:
                    step = functools.partial(steps.send, (yield item))
                if thrown.error is not None:
                    step = functools.partial(steps.throw, thrown.error)
        except GeneratorExit as closed:
            steps.close()
            rows.tell()
            end_run(run, closed)
            raise
        except BaseException as error:
            rows.tell()
            end_run(run, error)
            raise
        rows.tell()
        calls.end(run, (args, kwargs), result)
        return result

    return wrapper


def _async_generator(calls: _Calls, function: _Function) -> _Function:
    @functools.wraps(function)
    async def wrapper(*args: object, **kwargs: object) -> AsyncGenerator[object, object]:
        steps = cast(AsyncGenerator[object, object], function(*args, **kwargs))
        run = calls.begin(args, kwargs)
        rows = _Rows(run)
        try:
            step = steps.__anext__
            while True:
                token = enter(run)
                try:
                    item = await step()
                except StopAsyncIteration:
                    break
                finally:
                    leave(token)
                rows.add(item)
                with _Thrown() as thrown:
                    step = functools.partial(steps.asend, (yield item))
                if thrown.error is not None:
                    step = functools.partial(steps.athrow, thrown.error)
        except GeneratorExit as closed:
            await steps.aclose()
            rows.tell()
            end_run(run, closed)
            raise
        except BaseException as error:
            rows.tell()
            end_run(run, error)
            raise
        rows.tell()
        calls.end(run, (args, kwargs), None)

    return wrapper


def _tables(values: tuple[object, ...]) -> list[Shape]:
    return [shape for shape in map(shape_of, values) if shape is not None]
