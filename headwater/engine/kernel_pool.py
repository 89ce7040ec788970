"""Processes that run record kernels; data goes through files, names and counts through pipes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import BinaryIO, cast

from headwater.engine.messages import Message, read_message, write_message
from headwater.engine.worker import load_task
from headwater.errors import HeadwaterError, Unavailable


class KernelPool:
    """Runs tasks on up to `workers` processes, started with the first work and kept till `close`.

    A process ends when its input does, so none outlives its parent, however that ends.
    """

    def __init__(self, *, workers: int, niceness: int) -> None:
        self._most = workers
        self._niceness = niceness
        self._processes: list[subprocess.Popen[bytes]] = []

    def run(self, task: str, arguments: Sequence[Message]) -> list[Message]:
        """Run `task` (`module:function`) on each of the arguments; results are in their order."""
        if len(arguments) <= 1:
            return [load_task(task)(each) for each in arguments]
        while len(self._processes) < min(self._most, len(arguments)):
            self._processes.append(self._spawn())
        waiting: SimpleQueue[tuple[int, Message]] = SimpleQueue()
        for item in enumerate(arguments):
            waiting.put(item)
        results: list[Message] = [{} for _ in arguments]

        def serve(process: subprocess.Popen[bytes]) -> None:
            for place, each in _drain(waiting):
                results[place] = _ask(process, {"task": task, "arguments": each})

        with ThreadPoolExecutor(len(self._processes)) as threads:
            for future in [threads.submit(serve, process) for process in self._processes]:
                future.result()
        return results

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            process.wait()
        self._processes.clear()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "headwater.engine.worker", str(self._niceness)]
        return subprocess.Popen(  # noqa: S603  # our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )


def _drain(waiting: SimpleQueue[tuple[int, Message]]) -> Iterator[tuple[int, Message]]:
    with suppress(Empty):
        while True:
            yield waiting.get_nowait()


def _ask(process: subprocess.Popen[bytes], message: Message) -> Message:
    try:
        write_message(cast(BinaryIO, process.stdin), message)
        answer = read_message(cast(BinaryIO, process.stdout))
    except BrokenPipeError:
        answer = None
    if answer is None:
        raise Unavailable(f"the kernel process {process.pid} ended in the middle of its work")
    if answer["kind"] == "failed":
        error = HeadwaterError(f"the kernel failed: {answer['error']}")
        error.add_note(str(answer["trace"]))
        raise error
    result: Message = answer["result"]
    return result
