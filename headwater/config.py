"""The one settings tree: composed of what each stage owns, read from the environment once."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from headwater.api.settings import ServerSettings
from headwater.engine.settings import JobSettings
from headwater.errors import Invalid
from headwater.flow.settings import FlowSettings
from headwater.ingest.settings import IngestSettings
from headwater.lake.settings import LakeSettings
from headwater.lineage.settings import LineageSettings
from headwater.query.settings import QuerySettings
from headwater.telemetry.settings import TelemetrySettings


def default_data_directory(name: str = "headwater") -> Path:
    """Return the folder of this user's data, by the XDG rules."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / name


def environment_with(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with more in it, for a process that it starts."""
    return {**os.environ, **extra}


class Settings(BaseSettings):
    """Every setting; `HEADWATER_` and the path, joined by `__`, is its environment variable."""

    model_config = SettingsConfigDict(
        env_prefix="HEADWATER_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data: Path = Field(
        default_factory=default_data_directory, description="The folder that holds everything."
    )
    log_level: str = Field("info", description="The least level of log line that is written.")
    token: SecretStr | None = Field(
        None, description="The bearer token that commands send to a server."
    )
    server: ServerSettings = Field(ServerSettings(), description="The HTTP server.")
    ingest: IngestSettings = Field(IngestSettings(), description="The doors for records.")
    lineage: LineageSettings = Field(LineageSettings(), description="The lineage store.")
    lake: LakeSettings = Field(LakeSettings(), description="The lake.")
    jobs: JobSettings = Field(JobSettings(), description="The jobs that the lake ships.")
    query: QuerySettings = Field(QuerySettings(), description="Questions in SQL.")
    flow: FlowSettings = Field(FlowSettings(), description="Pipelines.")
    telemetry: TelemetrySettings = Field(
        TelemetrySettings(), description="Spans, logs and metrics."
    )


def load_settings(*, data: Path | None = None, **given: Any) -> Settings:
    """Read the environment; what is given here wins. Raises `Invalid` naming each variable."""
    try:
        return Settings(**given) if data is None else Settings(data=data.absolute(), **given)
    except ValidationError as error:
        wrong = "; ".join(
            f"HEADWATER_{'__'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
            for one in error.errors()
        )
        raise Invalid(f"the settings are wrong: {wrong}") from error


def misspelt_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """Return a sentence for each variable that looks like a setting of a stage and is none."""
    known = [f"HEADWATER_{name.upper()}" for name in _names_of(Settings)]
    found = []
    for variable in sorted(os.environ if environment is None else environment):
        name = variable.upper()
        if not name.startswith("HEADWATER_") or "__" not in name:
            continue  # of other programs, such as what Kubernetes gives its pods
        if not any(name == one or name.startswith(f"{one}__") for one in known):
            near = difflib.get_close_matches(name, known, n=1)
            found.append(f"{variable} is no setting" + (f"; {near[0]} is one" if near else ""))
    return found


def _names_of(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from (f"{name}__{below}" for below in _names_of(inner))
        else:
            yield name
