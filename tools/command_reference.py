"""Makes the page of commands, from the command line itself."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

import typer

from headwater.cli.main import app
from headwater.cli.session import Exit

CODES: Final = {
    Exit.OK: "It did what was asked.",
    Exit.FAILED: "It failed; the message says why.",
    Exit.USAGE: "The command line is wrong.",
    Exit.INVALID: "The input is wrong, or some records of it were rejected.",
    Exit.LOCKED: "Another process owns the data directory.",
    Exit.UNAVAILABLE: "The server does not answer, or something is not installed.",
}


def commands() -> Iterator[tuple[str, Any]]:
    """Yield (name, command) of every command that does something, in the order of the help."""
    yield from _below("headwater", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for word, one in inner.items():
        yield from _below(f"{name} {word}", one)


def command_sections() -> list[str]:
    """Return a section for each command: what it does, its arguments and options."""
    return [_section(name, command) for name, command in commands()]


def exit_codes() -> list[tuple[str, str]]:
    """Return each exit code with its meaning."""
    return [(f"{code:d}", CODES[code]) for code in Exit]


def _section(name: str, command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join([name, *(_placeholder(one) for one in arguments)])
    lines = [f"## {name}\n", f"{' '.join((command.help or '').split())}\n", f"`{usage}`\n"]
    lines += [f"- `{_placeholder(one)}`: {one.help}" for one in arguments]
    lines += [f"- `{_flags(one)}`: {one.help}{_extra(one)}" for one in options]
    return "\n".join(lines).rstrip() + "\n"


def _placeholder(argument: Any) -> str:
    word = (argument.metavar or argument.name).upper()
    more = " ..." if argument.nargs == -1 else ""
    return f"{word}{more}" if argument.required else f"[{word}{more}]"


def _flags(option: Any) -> str:
    if option.is_flag:
        return ", ".join([*option.opts, *option.secondary_opts])
    kind = option.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return f"{', '.join(option.opts)} VALUE"
    choices = "|".join(str(one.value) for one in kind)
    return f"{', '.join(option.opts)} {choices}"


def _extra(option: Any) -> str:
    if option.required:
        return " Must be given."
    if (
        option.default in (None, False)
        or option.is_flag
        or callable(option.default)
        or "[default" in option.help
    ):
        return ""
    return f" Default: `{option.default}`."
