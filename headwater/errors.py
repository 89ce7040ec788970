"""Every error that the platform raises, sorted by what the caller should do.

HeadwaterError
├── Invalid             never retry: the input is wrong            400, or as below
│   ├── Malformed       not the syntax it claims to be             400
│   ├── Unprocessable   well-formed, but not acceptable            422
│   └── TooLarge        over a set limit                           413
├── Unauthenticated     no or wrong token                          401
├── Denied              known, but not allowed                     403
├── Missing             no such thing                              404
├── Conflict            contradicts what is stored                 409
├── Unsupported         this installation cannot do it             501
├── Busy                try again after `retry_after_seconds`      503
├── Unavailable         something needed is away or broken         503
│   └── StorageFull     the disk takes no more writes              503
└── Locked              another process owns the data directory    exit code 4

The status codes are written once, in `api/problems.py`; each class has a section in
docs/reference/errors.md, whose anchor is its `slug`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from headwater.sdk.errors import HeadwaterError

__all__ = [
    "Busy",
    "Conflict",
    "Denied",
    "HeadwaterError",
    "Invalid",
    "Locked",
    "Malformed",
    "Missing",
    "StorageFull",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unprocessable",
    "Unsupported",
]


class Invalid(HeadwaterError):
    """The input is wrong and will be wrong again; `path` is the JSON Pointer of the field."""

    slug: ClassVar[str] = "invalid"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        hint: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.details = details or {}


class Malformed(Invalid):
    """The bytes are not what they claim to be; `offset` is the first byte that is not."""

    slug = "malformed"

    def __init__(
        self,
        message: str,
        *,
        offset: int | None = None,
        path: str | None = None,
        hint: str | None = None,
    ) -> None:
        details = {} if offset is None else {"offset": offset}
        super().__init__(message, path=path, hint=hint, details=details)
        self.offset = offset


class Unprocessable(Invalid):
    """The input is well-formed and cannot be accepted."""

    slug = "unprocessable"


class TooLarge(Invalid):
    """The input is over a limit, which the message names."""

    slug = "too-large"


class Unauthenticated(HeadwaterError):
    """The request carries no token where one is needed, or one that is unknown."""

    slug: ClassVar[str] = "unauthenticated"


class Denied(HeadwaterError):
    """The principal is known and may not do this."""

    slug: ClassVar[str] = "denied"


class Missing(HeadwaterError):
    """The thing asked for does not exist."""

    slug: ClassVar[str] = "missing"


class Conflict(HeadwaterError):
    """The request contradicts what is stored; `details` says with what."""

    slug: ClassVar[str] = "conflict"

    def __init__(
        self, message: str, *, hint: str | None = None, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.details = details or {}


class Unsupported(HeadwaterError):
    """This installation cannot do what was asked, for instance for want of an extra."""

    slug: ClassVar[str] = "unsupported"


class Busy(HeadwaterError):
    """A bounded queue is full; the same request may succeed after `retry_after_seconds`."""

    slug: ClassVar[str] = "busy"

    def __init__(
        self, message: str, *, retry_after_seconds: int = 1, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(HeadwaterError):
    """Something that the request needs is away or broken; it may come back."""

    slug: ClassVar[str] = "unavailable"


class StorageFull(Unavailable):
    """The disk takes no more writes; nothing of the request was kept."""

    slug = "storage-full"


class Locked(HeadwaterError):
    """Another process owns the data directory; `owner_pid` and `owner_url` name it."""

    slug: ClassVar[str] = "locked"

    def __init__(
        self,
        message: str,
        *,
        owner_pid: int | None = None,
        owner_url: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.owner_pid = owner_pid
        self.owner_url = owner_url
