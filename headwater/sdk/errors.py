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
    """An event could not be handed over; `retriable` says whether trying again can help.

    `retry_after` is how many seconds the receiver asks to be left alone, if it does.
    """

    def __init__(
        self,
        message: str,
        *,
        retriable: bool,
        hint: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retriable = retriable
        self.retry_after = retry_after


class EventRefused(TransportError):
    """The receiver works and will not have this event, now or later."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, retriable=False, hint=hint)


class InvalidEvent(HeadwaterError):
    """A value cannot become part of an OpenLineage event; the message names it."""


class InvalidStatement(HeadwaterError):
    """A SQL statement cannot be parsed, or is none whose lineage can be told."""


class ExtraMissing(HeadwaterError):
    """A feature needs an optional dependency that is not installed; the hint says which."""


class InvalidConfiguration(HeadwaterError):
    """The SDK is told something that cannot be meant; the message names it."""
