"""The one settings tree: composed of what each stage owns, read from the environment once."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from headwater.api.settings import ServerSettings


def default_data_directory(name: str = "headwater") -> Path:
    """Return the folder of this user's data, by the XDG rules."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / name


class Settings(BaseSettings):
    """Every setting; `HEADWATER_` and the path, joined by `__`, is its environment variable."""

    model_config = SettingsConfigDict(
        env_prefix="HEADWATER_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data: Path = Field(
        default_factory=default_data_directory, description="The folder that holds everything."
    )
    log_level: str = Field("info", description="The least level of log line that is written.")
    server: ServerSettings = ServerSettings()
