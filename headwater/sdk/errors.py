"""The root of every error that Headwater raises."""

from __future__ import annotations


class HeadwaterError(Exception):
    """Any failure that Headwater names.

    `message` says what was wrong and with which value; `hint` says what to do about it.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class TransportError(HeadwaterError):
    """An event could not be handed over; `retriable` says whether trying again can help."""

    def __init__(self, message: str, *, retriable: bool, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retriable = retriable


class InvalidEvent(HeadwaterError):
    """A value cannot become part of an OpenLineage event; the message names it."""


class InvalidStatement(HeadwaterError):
    """A SQL statement cannot be parsed, or is none whose lineage can be told."""


class ExtraMissing(HeadwaterError):
    """A feature needs an optional dependency that is not installed; the hint says which."""
