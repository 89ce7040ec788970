"""The runner as the server sees it: a child process that runs one job and hands back its events."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO, cast

from headwater.engine.messages import Message, read_message, write_message
from headwater.errors import HeadwaterError, Unavailable
from headwater.sdk.errors import TransportError
from headwater.sdk.transport import Transport


class RunnerProcess:
    """One runner: started, told what to run, listened to until it ends.

    Its events go to `transport`, one at a time, each acknowledged before the runner goes on.
    The runner ends when its input does, so it never outlives this process.
    """

    def __init__(self, module: str, transport: Transport, *arguments: str) -> None:
        self._transport = transport
        command = [sys.executable, "-m", module, *arguments]
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def run(self, request: Message, on_table: Callable[[Message], None]) -> Sequence[Message]:
        """Run what `request` says; return what was done to each table.

        Raises the job's error as `HeadwaterError`, and `Unavailable` if the process ends early.
        """
        tasks = cast(BinaryIO, self._process.stdin)
        answers = cast(BinaryIO, self._process.stdout)
        try:
            write_message(tasks, request)
            while (message := read_message(answers)) is not None:
                match message["kind"]:
                    case "event":
                        write_message(tasks, self._hand_over(message["body"]))
                    case "table":
                        on_table(message["result"])
                    case "done":
                        tables: Sequence[Message] = message["tables"]
                        return tables
                    case "failed":
                        raise HeadwaterError(message["error"], hint=message["hint"])
        except BrokenPipeError:
            pass  # told below, with the exit code
        code = self._process.wait()
        raise Unavailable(
            f"the runner process ended early, with exit code {code}",
            hint="the next run takes up what it left; nothing half-done is visible",
        )

    def is_alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process, from any thread; whoever is in `run` is told so."""
        self._process.kill()

    def close(self) -> None:
        """End the process if it still runs, and let go of its pipes."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # it went without reading everything
        self._process.wait()

    def _hand_over(self, body: bytes) -> Message:
        try:
            self._transport.emit(body)
        except TransportError as error:
            return {"kind": "refused", "reason": error.message, "retriable": error.retriable}
        return {"kind": "taken"}
