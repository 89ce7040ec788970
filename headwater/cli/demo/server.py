"""The server of the demo: a real `headwater up` in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from headwater.app.directory import DataDirectory
from headwater.clock import SystemClock
from headwater.config import environment_with
from headwater.errors import HeadwaterError, Locked, Unavailable

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 20.0
_POLL_SECONDS: Final = 0.05


class DemoServer:
    """Starts `headwater up` on a data directory, and stops it."""

    def __init__(
        self, data: Path, *, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        owner = DataDirectory.owner(data)
        if owner is not None:
            raise Locked(
                f"process {owner.pid} already serves {data} at {owner.url}",
                owner_pid=owner.pid,
                owner_url=owner.url,
                hint="stop it, or give the demo another --data",
            )
        data.mkdir(parents=True, exist_ok=True)
        self.log_file = data / "server.log"
        self._data = data
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-m", "headwater", "up", "--data", str(data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment_with(environment),
                start_new_session=True,
            )

    def wait_until_ready(self) -> str:
        """Return the server's URL once it answers that it is healthy."""
        from headwater.cli.answers import Answers, HttpExchange

        clock = SystemClock()
        until = clock.monotonic() + _START_SECONDS
        while clock.monotonic() < until:
            if self._process.poll() is not None:
                raise Unavailable(f"the server ended at once: {self._last_line()}")
            owner = DataDirectory.owner(self._data)
            if owner is not None and owner.url:
                exchange = HttpExchange(owner.url)
                try:
                    Answers(exchange).get("/api/v1/health")
                except HeadwaterError:
                    pass  # it listens before it is ready
                else:
                    return owner.url
                finally:
                    exchange.close()
            clock.sleep(_POLL_SECONDS)
        raise Unavailable(f"the server did not start within {_START_SECONDS:.0f} s")

    def wait(self) -> int:
        """Wait until the server ends by itself."""
        return self._process.wait()

    def stop(self) -> None:
        """Stop the server in good order, or for good when it does not listen."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_line(self) -> str:
        lines = self.log_file.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
