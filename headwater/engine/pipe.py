"""The other end of a runner process: its request, and a transport over its pipe."""

from __future__ import annotations

import os
import sys
import threading
from queue import SimpleQueue
from typing import Final

from headwater.engine.messages import Message, read_message, write_message
from headwater.sdk.errors import TransportError
from headwater.sdk.transport import Transport

EXIT_ORPHANED: Final = 3


class Pipe(Transport):
    """Standard input and output as a pipe to the server.

    When the input ends the server is gone, and this process goes too: whatever it was about to
    do, nobody would hear of it.
    """

    def __init__(self) -> None:
        self._input = sys.stdin.buffer
        self._output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break it
        self._messages: SimpleQueue[Message] = SimpleQueue()
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, name="pipe", daemon=True).start()

    def receive(self) -> Message:
        """Return the next message of the server."""
        return self._messages.get()

    def send(self, message: Message) -> None:
        """Send a message to the server."""
        with self._lock:
            write_message(self._output, message)

    def emit(self, event: bytes) -> None:
        """Hand over one event and return once the server acknowledged it."""
        self.send({"kind": "event", "body": event})
        answer = self.receive()
        if answer["kind"] != "taken":
            raise TransportError(str(answer["reason"]), retriable=bool(answer["retriable"]))

    def close(self) -> None:
        """Flush what was sent."""
        self._output.flush()

    def _listen(self) -> None:
        while (message := read_message(self._input)) is not None:
            self._messages.put(message)
        os._exit(EXIT_ORPHANED)
