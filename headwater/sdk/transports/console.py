"""Events into the log, for trying out."""

from __future__ import annotations

import logging
from typing import Final

from headwater.sdk.transport import Transport

_logger: Final = logging.getLogger("headwater.sdk.console")


class ConsoleTransport(Transport):
    """Logs each event at level INFO as `headwater.sdk.console`."""

    def emit(self, event: bytes) -> None:
        """Log one event."""
        _logger.info("%s", event.decode("utf-8", "replace"))

    def close(self) -> None:
        """Do nothing."""
