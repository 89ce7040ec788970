"""Holds sizes, names and counts: `python -m tools.ratchet`, with `--lower` to keep a gain.

What may be over a limit, and why, is in ratchet.toml beside this file. The counts there may
only fall.
"""

from __future__ import annotations

import ast
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
BASELINE: Final = Path(__file__).with_name("ratchet.toml")
FOLDERS: Final = ("headwater", "tools", "bench")

MOST: Final = {"file-lines": 400, "function-lines": 50, "positional-parameters": 4}
BANNED: Final = frozenset(
    ["utils", "util", "helpers", "helper", "common", "shared", "core", "base", "misc", "manager"]
)
COUNTED_COMMENTS: Final = {
    "type-ignore": re.compile(r"#\s*type:\s*ignore"),
    "noqa": re.compile(r"#\s*noqa"),
}
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something over its limit: which rule, where (`path` or `path:name`), how much."""

    rule: str
    where: str
    size: int
    line: int = 1

    @property
    def key(self) -> str:
        """The name of an exception for it in ratchet.toml."""
        return f"{self.rule} {self.where}"


def findings_in(path: str, tree: ast.Module, lines: int) -> Iterator[Finding]:
    """Yield what is over a limit or without a docstring in one file."""
    if lines > MOST["file-lines"]:
        yield Finding("file-lines", path, lines)
    for part in Path(path).with_suffix("").parts:
        if BANNED.intersection(part.lower().split("_")):
            yield Finding("banned-name", path, 1)
    if tree.body and ast.get_docstring(tree) is None:
        yield Finding("docstring", path, 1)
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS):
            yield from _sizes(path, node)
        elif isinstance(node, ast.ClassDef) and node.name.endswith(("Manager", "Helper", "Utils")):
            yield Finding("banned-name", f"{path}:{node.name}", 1, node.lineno)
    for public in _public_names(tree):
        if ast.get_docstring(public) is None:
            yield Finding("docstring", f"{path}:{public.name}", 1, public.lineno)


def _public_names(
    tree: ast.Module,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield the functions and classes of a module that others may use, and contract methods."""
    for node in tree.body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and any(_is_protocol(one) for one in node.bases):
                yield from (one for one in node.body if isinstance(one, _FUNCTIONS))


def _is_protocol(base: ast.expr) -> bool:
    inner = base.value if isinstance(base, ast.Subscript) else base
    return isinstance(inner, ast.Name) and inner.id == "Protocol"


def _sizes(path: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Finding]:
    where = f"{path}:{node.name}"
    lines = _length(node)
    if lines > MOST["function-lines"]:
        yield Finding("function-lines", where, lines, node.lineno)
    positional = [*node.args.posonlyargs, *node.args.args]
    if positional and positional[0].arg in ("self", "cls"):
        positional = positional[1:]
    if len(positional) > MOST["positional-parameters"] and not _is_route(node):
        yield Finding("positional-parameters", where, len(positional), node.lineno)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring and the functions inside it."""
    lines = _lines(node)
    if ast.get_docstring(node) is not None:
        lines -= _lines(node.body[0])
    inside = [one for one in ast.walk(node) if isinstance(one, _FUNCTIONS) and one is not node]
    nested = {id(two) for one in inside for two in ast.walk(one) if two is not one}
    return lines - sum(_lines(one) for one in inside if id(one) not in nested)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether the framework calls the function, which it does by keyword."""
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Attribute)
        and one.func.attr in ("get", "post", "put", "delete", "patch")
        for one in node.decorator_list
    )


def counts_in(tree: ast.Module, comments: list[str]) -> Counter[str]:
    """Count what there should be ever less of in one file."""
    counts: Counter[str] = Counter()
    for comment in comments:
        counts.update(name for name, form in COUNTED_COMMENTS.items() if form.search(comment))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "Any":
            counts["any"] += 1
        elif isinstance(node, ast.ExceptHandler) and _catches_everything(node):
            counts["except-exception"] += 1
    return counts


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "Exception"


def survey() -> tuple[list[Finding], Counter[str]]:
    """Read every file of the package, the tools and the benchmarks."""
    found: list[Finding] = []
    counts: Counter[str] = Counter()
    for file in sorted(one for folder in FOLDERS for one in (ROOT / folder).rglob("*.py")):
        if "migrations" in file.parts:  # history, which stays as it was written
            continue
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        with tokenize.open(file) as stream:
            tokens = list(tokenize.generate_tokens(stream.readline))
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        found.extend(findings_in(str(file.relative_to(ROOT)), tree, text.count("\n")))
        counts += counts_in(tree, comments)
    return found, counts


def complaints(
    found: list[Finding], counts: Counter[str], baseline: dict[str, Any]
) -> Iterator[str]:
    """Yield a sentence for each thing that is not as it must be."""
    exceptions: dict[str, dict[str, Any]] = baseline.get("exceptions", {})
    used: set[str] = set()
    for finding in found:
        exception = exceptions.get(finding.key)
        if exception is None:
            limit = f", at most {MOST[finding.rule]}" if finding.rule in MOST else ""
            where, _, name = finding.where.partition(":")
            what = f"{finding.rule} of {name or 'the file'}: {finding.size}{limit}"
            yield f"{where}:{finding.line}: {what}"
            continue
        used.add(finding.key)
        if finding.size > exception["most"]:
            yield f"{finding.key} has grown: {finding.size}, allowed {exception['most']}"
    for key, exception in exceptions.items():
        if key not in used:
            yield f"the exception {key!r} is not needed any more; remove it"
        if len(str(exception.get("reason", ""))) < 10:
            yield f"the exception {key!r} gives no reason"
    allowed: dict[str, int] = baseline.get("counts", {})
    for name in sorted(counts.keys() | allowed.keys()):
        if counts[name] > allowed.get(name, 0):
            yield f"{name}: {counts[name]}, and it was {allowed.get(name, 0)}; it may only fall"


def lowered(text: str, counts: Counter[str]) -> str:
    """Return the baseline with each count at what it is now, where that is less."""

    def lower(match: re.Match[str]) -> str:
        name, old = match["name"], int(match["count"])
        return f"{name} = {min(old, counts[name])}"

    return re.sub(r"^(?P<name>[a-z-]+) = (?P<count>\d+)$", lower, text, flags=re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Check, or with `--lower` write counts that have fallen into the baseline."""
    text = BASELINE.read_text(encoding="utf-8")
    found, counts = survey()
    if "--lower" in arguments:
        BASELINE.write_text(lowered(text, counts), encoding="utf-8")
    said = list(complaints(found, counts, tomllib.loads(text)))
    print("\n".join(said) if said else "sizes, names and counts hold")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
