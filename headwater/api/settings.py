"""What an operator sets about the HTTP server."""

from __future__ import annotations

import re
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_ORIGIN: Final = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/\s]+", re.IGNORECASE)


class ServerSettings(BaseModel):
    """Listeners and limits of the HTTP server."""

    model_config = ConfigDict(frozen=True)

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(5000, ge=0, le=65_535, description="The port of the API.")
    web_port: int = Field(
        3000, ge=0, le=65_535, description="A second port, where users of Marquez expect the UI."
    )
    otlp_port: int = Field(
        4318, ge=0, le=65_535, description="A third port, where OTLP senders expect a receiver."
    )
    max_body_bytes: int = Field(
        64 * 1024 * 1024, description="The largest body of a request, before and after inflation."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        min_length=8,
        description="The secret with which senders sign what they POST to the webhook; without"
        " it, nothing is checked.",
    )
    cors_origins: tuple[str, ...] = Field(
        (),
        description="Origins whose pages may ask this server from a browser, as a JSON array:"
        ' `["https://portal.example.com"]`. `*` lets every page write here that anybody opens.',
    )

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin: give https://host or https://host:port")
        return origins
