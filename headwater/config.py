"""The one settings tree: composed of what each stage owns, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
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
