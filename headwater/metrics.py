"""Counters, gauges and histograms, and how they are written as OpenMetrics text.

They are values of ours and not prometheus-client's, because every part of the package counts,
the light ones too: see docs/decisions/003-metrics-without-a-library.md.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets for durations from a hot path to a slow query."""

SIZES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0)
"""Buckets for how many things were handled at once."""

Labels = tuple[str, ...]


class Exemplar(NamedTuple):
    """One of the values that were observed, and the trace in which it was."""

    trace_id: str
    value: float


class Sample(NamedTuple):
    """A line of the text: what is added to the name, labels, value, an example of it."""

    suffix: str
    labels: Sequence[tuple[str, str]]
    value: float
    exemplar: Exemplar | None = None


@dataclass(slots=True)
class Metric:
    """What is counted: its name with the unit at its end, its meaning, and its labels.

    `name` of a counter stands without `_total`, which the text format adds. Labels take few
    values each: never an id, a source or a table of a user. All methods may be called from
    any thread.
    """

    name: str
    meaning: str
    unit: str = ""
    labels: Labels = ()
    kind: ClassVar[str] = "unknown"
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.unit and not self.name.endswith(f"_{self.unit}"):
            raise ValueError(f"the name {self.name!r} does not end in its unit {self.unit!r}")

    def _key(self, labels: dict[str, str]) -> Labels:
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, not {tuple(labels)}")
        return tuple([labels[label] for label in self.labels])

    def samples(self) -> Iterator[Sample]:
        """Yield the lines of the metric."""
        raise NotImplementedError


@dataclass(slots=True)
class Counter(Metric):
    """Something that only grows while the process lives."""

    _values: dict[Labels, float] = field(default_factory=dict, init=False, repr=False)

    kind: ClassVar[str] = "counter"

    def __post_init__(self) -> None:
        Metric.__post_init__(self)  # super() does not see through slots
        if not self.labels:
            self._values[()] = 0.0

    def add(self, amount: float = 1, **labels: str) -> None:
        """Count `amount` more."""
        key = self._key(labels)
        with self._lock:
            self._values[key] = self._values.get(key, 0.0) + amount

    def add_at(self, key: Labels) -> None:
        """Count one more, with the values of the labels in their order: for hot paths."""
        with self._lock:
            self._values[key] = self._values.get(key, 0.0) + 1

    def value(self, **labels: str) -> float:
        """Return how much was counted so far."""
        return self._values.get(self._key(labels), 0.0)

    def total(self) -> float:
        """Return how much was counted so far, whatever the labels."""
        with self._lock:
            return sum(self._values.values())

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            values = sorted(self._values.items())
        for key, value in values:
            yield Sample("_total", tuple(zip(self.labels, key, strict=True)), value)


@dataclass(slots=True)
class Gauge(Metric):
    """Something that goes up and down."""

    _values: dict[Labels, float] = field(default_factory=dict, init=False, repr=False)

    kind: ClassVar[str] = "gauge"

    def set(self, value: float, **labels: str) -> None:
        """Say what it is now."""
        key = self._key(labels)
        with self._lock:
            self._values[key] = value

    def value(self, **labels: str) -> float | None:
        """Return what was said last, None before the first time."""
        return self._values.get(self._key(labels))

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            values = sorted(self._values.items())
        for key, value in values:
            yield Sample("", tuple(zip(self.labels, key, strict=True)), value)


@dataclass(slots=True)
class Histogram(Metric):
    """How observed values are spread over `bounds`, the upper ends of the buckets.

    Of each bucket it knows the last value that was observed in a trace, and which trace.
    """

    bounds: tuple[float, ...] = SECONDS
    _buckets: dict[Labels, list[int]] = field(default_factory=dict, init=False, repr=False)
    _sums: dict[Labels, float] = field(default_factory=dict, init=False, repr=False)
    _exemplars: dict[tuple[Labels, int], Exemplar] = field(
        default_factory=dict, init=False, repr=False
    )

    kind: ClassVar[str] = "histogram"

    def observe(self, value: float, **labels: str) -> None:
        """Count one observation."""
        self.observe_at(self._key(labels), value)

    def observe_at(self, key: Labels, value: float, trace_id: str | None = None) -> None:
        """Count one observation, with the values of the labels in their order: for hot paths."""
        place = bisect_left(self.bounds, value)
        with self._lock:
            buckets = self._buckets.get(key)
            if buckets is None:
                buckets = self._buckets[key] = [0] * (len(self.bounds) + 1)
            buckets[place] += 1
            self._sums[key] = self._sums.get(key, 0.0) + value
            if trace_id is not None:
                self._exemplars[key, place] = Exemplar(trace_id, value)

    def count(self, **labels: str) -> int:
        """Return how many values were observed."""
        return sum(self._buckets.get(self._key(labels), ()))

    def samples(self) -> Iterator[Sample]:
        with self._lock:
            spread = sorted((key, tuple(counts)) for key, counts in self._buckets.items())
            sums, exemplars = dict(self._sums), dict(self._exemplars)
        for key, counts in spread:
            labels = tuple(zip(self.labels, key, strict=True))
            running = 0
            bounds = (*self.bounds, float("inf"))
            for place, (bound, count) in enumerate(zip(bounds, counts, strict=True)):
                running += count
                of_bucket = (*labels, ("le", _number(bound)))
                yield Sample("_bucket", of_bucket, running, exemplars.get((key, place)))
            yield Sample("_count", labels, running)
            yield Sample("_sum", labels, sums[key])


def to_text(metrics: Iterable[Metric]) -> str:
    """Write the metrics in the OpenMetrics text format."""
    lines: list[str] = []
    for metric in metrics:
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        if metric.unit:
            lines.append(f"# UNIT {metric.name} {metric.unit}")
        lines.append(f"# HELP {metric.name} {_escape(metric.meaning)}")
        lines.extend(
            f"{metric.name}{one.suffix}{_braces(one.labels)} {_number(one.value)}"
            f"{_example(one.exemplar)}"
            for one in metric.samples()
        )
    lines.append("# EOF\n")
    return "\n".join(lines)


def _example(exemplar: Exemplar | None) -> str:
    if exemplar is None:
        return ""
    return f" # {_braces((('trace_id', exemplar.trace_id),))} {_number(exemplar.value)}"


def _braces(labels: Sequence[tuple[str, str]]) -> str:
    if not labels:
        return ""
    inner = ",".join(f'{name}="{_escape(value)}"' for name, value in labels)
    return f"{{{inner}}}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(float(value))
