"""What an operator sets about the HTTP server."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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
