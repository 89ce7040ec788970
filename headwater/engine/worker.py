"""A kernel process: takes tasks on standard input, answers on standard output, ends with it."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from typing import Any

from headwater.engine.messages import Message, read_message, write_message

Task = Callable[[Message], Message]


def hide_pandas() -> None:
    """Make this process do without pandas, whatever is installed."""
    sys.meta_path.insert(0, _WithoutPandas())


class _WithoutPandas(MetaPathFinder):
    """Hides pandas: pyarrow looks for it at the first array, and it costs half a second."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


def load_task(name: str) -> Task:
    """Return the function that `module:function` names."""
    module, _, function = name.partition(":")
    found: Task = getattr(importlib.import_module(module), function)
    return found


def main() -> None:
    """Serve tasks until the input ends."""
    os.setpriority(os.PRIO_PROCESS, 0, int(sys.argv[1]))
    hide_pandas()
    tasks = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the protocol
    while (message := read_message(tasks)) is not None:
        write_message(answers, _answer(message))


def _answer(message: Message) -> Message:
    try:
        return {"kind": "done", "result": load_task(message["task"])(message["arguments"])}
    except Exception as error:  # noqa: BLE001  # the process edge: raised again by whoever asked
        return {
            "kind": "failed",
            "error": f"{type(error).__name__}: {error}",
            "trace": traceback.format_exc(),
        }


if __name__ == "__main__":
    main()
