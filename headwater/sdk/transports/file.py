"""Events into a file, a line each, or into a file each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from headwater.sdk.errors import TransportError
from headwater.sdk.transport import BatchTransport


class FileTransport(BatchTransport):
    """Appends events to a file, or writes each to one of its own beside it.

    Files of their own are named as OpenLineage's Python client names them, `PATH-TIME.json`.
    """

    def __init__(self, path: str, *, append: bool = True) -> None:
        self._path = Path(unquote(urlsplit(path).path) if path.startswith("file://") else path)
        self._appends = append

    def emit(self, event: bytes) -> None:
        """Write one event."""
        self.emit_batch([event])

    def emit_batch(self, events: Sequence[bytes]) -> Sequence[TransportError | None]:
        """Write events; return once the file has them."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._appends:
                with self._path.open("ab") as file:
                    file.write(b"".join(event + b"\n" for event in events))
                    file.flush()
                    os.fsync(file.fileno())
            else:
                for event in events:
                    self._write(event)
        except OSError as error:
            raise TransportError(
                f"{self._path} cannot be written to: {error.strerror}", retriable=True
            ) from error
        return [None] * len(events)

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _write(self, event: bytes) -> None:
        while True:
            time = datetime.now(UTC).strftime("%Y%m%d-%H%M%S.%f")
            try:
                with Path(f"{self._path}-{time}.json").open("xb") as file:
                    file.write(event)
                    return
            except FileExistsError:
                continue
