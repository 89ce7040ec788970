"""How the SDK is set up: OpenLineage's own names first, HEADWATER_ ones for what it lacks.

A configuration is made of, what is later named winning: the file `openlineage.yml`
(`OPENLINEAGE_CONFIG`, the working directory, `~/.openlineage`), what the program gives, and the
variables `OPENLINEAGE__A__B`; `OPENLINEAGE_URL`, `_ENDPOINT` and `_API_KEY` make a transport where
none of them names one. This is the order of the reference client.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast

from headwater.sdk.errors import ExtraMissing, InvalidConfiguration

DEFAULT_URL: Final = "http://127.0.0.1:5000"
"""Where events go when nothing is configured: a Headwater server on this machine."""

DEFAULT_NAMESPACE: Final = "default"
"""The namespace of jobs and datasets that name none, as in OpenLineage's other clients."""

Sync = Literal["never", "interval", "always"]
WhenFull = Literal["drop-new", "drop-oldest"]
Values = Mapping[str, object]

_NESTED: Final = "OPENLINEAGE__"
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_OFF: Final = frozenset({"0", "false", "no", "off", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """Where events wait until they are delivered, how many, and what a full disk costs.

    `sync`: never fsyncs; `interval` does at most every second what is not delivered yet; `always`
    does before an event counts as emitted. What a process wrote survives its death either way.
    """

    folder: Path | None
    max_bytes: int = 256 * 1024 * 1024
    when_full: WhenFull = "drop-new"
    sync: Sync = "interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that the SDK can be told."""

    transport: Values
    namespace: str = DEFAULT_NAMESPACE
    is_disabled: bool = False
    outbox: OutboxSettings = field(default_factory=lambda: OutboxSettings(folder=None))
    heartbeat_seconds: float = 60.0
    flush_seconds: float = 5.0
    job_tags: Mapping[str, str] = field(default_factory=dict)
    run_tags: Mapping[str, str] = field(default_factory=dict)
    environment_variables: tuple[str, ...] = ()
    source_code_location: Mapping[str, str] = field(default_factory=dict)
    tells_source_code_location: bool = True
    is_filtered: Callable[[str], bool] = lambda _name: False
    inherits_in_threads: bool = True


def load_configuration(
    given: Values | None = None, environ: Mapping[str, str] | None = None
) -> Configuration:
    """Return the configuration of this process; `given` has the shape of `openlineage.yml`.

    Raises `InvalidConfiguration` for what cannot be meant, and `ExtraMissing` for a YAML file
    where PyYAML is not installed.
    """
    variables = os.environ if environ is None else environ
    values = _merged(_from_file(variables), dict(given or {}))
    values = _merged(values, _nested(variables))
    facets, tags = _section(values, "facets"), _section(values, "tags")
    location = _section(facets, "source_code_location")
    return Configuration(
        transport=_transport(values, variables),
        namespace=_namespace(values, variables),
        is_disabled=(variables.get("OPENLINEAGE_DISABLED") or "").strip().lower() in _TRUE,
        outbox=_outbox(variables),
        heartbeat_seconds=_number(variables, "HEADWATER_HEARTBEAT_SECONDS", 60.0),
        flush_seconds=_number(variables, "HEADWATER_FLUSH_SECONDS", 5.0),
        job_tags=_texts(_section(tags, "job")),
        run_tags=_texts(_section(tags, "run")),
        environment_variables=tuple(map(str, _list(facets.get("environment_variables")))),
        source_code_location=_texts(location),
        tells_source_code_location=str(location.get("disabled", False)).lower() not in _TRUE,
        is_filtered=_filter(_list(values.get("filters"))),
        inherits_in_threads=variables.get("HEADWATER_THREADS", "on").lower() not in _OFF,
    )


def outbox_folder(environ: Mapping[str, str] | None = None) -> Path | None:
    """Return where outboxes are, or None where HEADWATER_OUTBOX is `off`."""
    variables = os.environ if environ is None else environ
    named = variables.get("HEADWATER_OUTBOX", "")
    if named.lower() in _OFF:
        return None
    if named:
        return Path(named).expanduser()
    state = Path(variables.get("XDG_STATE_HOME") or "~/.local/state")
    return state.expanduser() / "headwater" / "outbox"


def exports_telemetry(environ: Mapping[str, str] | None = None) -> bool:
    """Tell whether a variable of OpenTelemetry names where its traces, metrics or logs go."""
    variables = os.environ if environ is None else environ
    return any(
        name.startswith("OTEL_EXPORTER_OTLP") or name.endswith("S_EXPORTER")
        for name in variables
        if name.startswith("OTEL_")
    )


def _outbox(variables: Mapping[str, str]) -> OutboxSettings:
    when_full = variables.get("HEADWATER_OUTBOX_WHEN_FULL") or "drop-new"
    sync = variables.get("HEADWATER_OUTBOX_SYNC") or "interval"
    _one_of("HEADWATER_OUTBOX_WHEN_FULL", when_full, ("drop-new", "drop-oldest"))
    _one_of("HEADWATER_OUTBOX_SYNC", sync, ("never", "interval", "always"))
    most = _number(variables, "HEADWATER_OUTBOX_MAX_BYTES", 256 * 1024 * 1024)
    return OutboxSettings(
        folder=outbox_folder(variables),
        max_bytes=int(most),
        when_full=cast(WhenFull, when_full),
        sync=cast(Sync, sync),
    )


def _transport(values: Values, variables: Mapping[str, str]) -> Values:
    configured = _section(values, "transport")
    if configured.get("type"):
        return configured
    url = variables.get("OPENLINEAGE_URL") or configured.get("url")
    token = variables.get("OPENLINEAGE_API_KEY")
    if not url and not configured.get("transports"):
        token = token or variables.get("HEADWATER_TOKEN")
    if not url and isinstance(configured.get("transports"), Mapping):
        return {**configured, "type": "composite"}
    found: dict[str, object] = {"type": "http", "url": url or DEFAULT_URL}
    if variables.get("OPENLINEAGE_ENDPOINT"):
        found["endpoint"] = variables["OPENLINEAGE_ENDPOINT"]
    if token:
        found["auth"] = {"type": "api_key", "apiKey": token}
    return found


def _namespace(values: Values, variables: Mapping[str, str]) -> str:
    return str(variables.get("OPENLINEAGE_NAMESPACE") or values.get("namespace") or "").strip() or (
        DEFAULT_NAMESPACE
    )


def _from_file(variables: Mapping[str, str]) -> dict[str, object]:
    places = (
        variables.get("OPENLINEAGE_CONFIG"),
        "openlineage.yml",
        "~/.openlineage/openlineage.yml",
    )
    for place in places:
        path = Path(place or "").expanduser()
        if place and path.is_file() and os.access(path, os.R_OK):
            return _parsed(path)
    return {}


def _parsed(path: Path) -> dict[str, object]:
    """Return what a YAML file holds; JSON, which is YAML too, is read without PyYAML."""
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text)
    except ValueError:
        try:
            import yaml
        except ModuleNotFoundError as error:
            raise ExtraMissing(
                f"{path} is YAML, and PyYAML is not installed",
                hint='pip install "headwater[yaml]", write the file as JSON, or use variables',
            ) from error
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise InvalidConfiguration(f"{path} is no YAML: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InvalidConfiguration(f"{path} holds no mapping, but a {type(found).__name__}")
    return found


def _nested(variables: Mapping[str, str]) -> dict[str, object]:
    """Return what variables such as OPENLINEAGE__TRANSPORT__URL say; JSON values are read."""
    found: dict[str, object] = {}
    for name in sorted(variables):
        if not name.startswith(_NESTED):
            continue
        *above, last = name[len(_NESTED) :].lower().split("__")
        try:
            value: object = json.loads(variables[name])
        except ValueError:
            value = variables[name]
        place = found
        for key in above:
            inner = place.get(key)
            if not isinstance(inner, dict):
                inner = place[key] = {}
            place = inner
        place.update(
            _merged({last: place[last]}, {last: value}) if last in place else {last: value}
        )
    return found


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(known, value)
        else:
            merged[key] = value
    return merged


def _filter(filters: list[object]) -> Callable[[str], bool]:
    """Return what tells whether a job's events are to be left out."""
    exact: set[str] = set()
    forms: list[re.Pattern[str]] = []
    for each in filters:
        if not isinstance(each, Mapping):
            raise InvalidConfiguration(f"the filter {each!r} is no mapping")
        if each.get("type") == "exact" and each.get("match"):
            exact.add(str(each["match"]))
        elif each.get("type") == "regex" and each.get("regex"):
            try:
                forms.append(re.compile(str(each["regex"])))
            except re.error as error:
                raise InvalidConfiguration(f"the filter {each!r}: {error}") from error
        else:
            raise InvalidConfiguration(
                f"the filter {each!r} is of no known type",
                hint="give type exact and match, or type regex and regex",
            )
    return lambda name: name in exact or any(form.match(name) for form in forms)


def _section(values: Values, key: str) -> Values:
    found = values.get(key)
    return cast(Values, found) if isinstance(found, Mapping) else {}


def _list(value: object) -> list[object]:
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[;,]", value) if part.strip()]
    return list(value) if isinstance(value, (list, tuple)) else []


def _texts(values: Values) -> dict[str, str]:
    return {key: str(value) for key, value in values.items() if value is not None}


def _number(variables: Mapping[str, str], name: str, default: float) -> float:
    given = variables.get(name)
    if not given:
        return default
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise InvalidConfiguration(f"{name} is {given!r}, which is no number from 0 on")
    return number


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidConfiguration(
            f"{name} is {value!r}", hint=f"it can be {', '.join(allowed[:-1])} or {allowed[-1]}"
        )
