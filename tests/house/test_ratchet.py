"""The ratchet sees what is over a limit, and lets counts only fall."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tools.ratchet import Finding, complaints, counts_in, findings_in, lowered

DOC = '"""A module."""\n'


def found(text: str, path: str = "headwater/stage/noun.py") -> list[tuple[str, str, int]]:
    lines = text.count("\n")
    return [(one.rule, one.where, one.size) for one in findings_in(path, ast.parse(text), lines)]


def test_plain_module_is_fine() -> None:
    assert found(DOC + 'def make():\n    """Make."""\n') == []


def test_long_file_is_found() -> None:
    assert found(DOC + "\n" * 400) == [("file-lines", "headwater/stage/noun.py", 401)]


def test_long_function_is_found_and_its_docstring_is_free() -> None:
    body = "    x = 1\n" * 49
    doc = '    """Make\n\n    more.\n    """\n'
    assert found(f"{DOC}def make():\n{doc}{body}") == []
    over = found(f"{DOC}def make():\n{doc}{body}    x = 2\n")
    assert over == [("function-lines", "headwater/stage/noun.py:make", 51)]


@pytest.mark.parametrize(
    ("signature", "count"),
    [("a, b, c, d", 0), ("a, b, c, d, e", 5), ("self, a, b, c, d", 0), ("a, *, b, c, d, e", 0)],
)
def test_positional_parameters_are_counted(signature: str, count: int) -> None:
    sizes = [size for _, _, size in found(f"{DOC}def _make({signature}): pass\n")]
    assert sizes == ([count] if count else [])


def test_routes_are_called_by_keyword_and_count_for_themselves() -> None:
    route = "    @router.get('/x')\n    def list_them(a, b, c, d, e):\n" + "        x = 1\n" * 40
    text = f'{DOC}def routes(router):\n    """Make."""\n{route}{route}'
    assert found(text) == []


@pytest.mark.parametrize("name", ["utils", "string_helpers", "core", "base", "common"])
def test_banned_names_are_found_for_files_and_folders(name: str) -> None:
    assert ("banned-name", f"headwater/{name}.py", 1) in found(DOC, f"headwater/{name}.py")
    assert ("banned-name", f"headwater/{name}/a.py", 1) in found(DOC, f"headwater/{name}/a.py")


def test_names_that_only_contain_a_banned_word_are_fine() -> None:
    assert found(DOC, "headwater/database.py") == []
    assert found(DOC, "headwater/wire/base64_text.py") == []


def test_public_names_need_a_docstring_and_private_ones_do_not() -> None:
    text = "def make(): pass\nclass Thing: pass\ndef _own(): pass\nclass _Own: pass\n"
    rules = {(rule, where.rpartition(":")[2]) for rule, where, _ in found(DOC + text)}
    assert rules == {("docstring", "make"), ("docstring", "Thing")}
    assert ("docstring", "headwater/stage/noun.py", 1) in found("x = 1\n")


def test_methods_of_a_contract_need_a_docstring() -> None:
    text = 'class Store(Protocol[int]):\n    """A store."""\n    def get(self): ...\n'
    assert [where for _, where, _ in found(DOC + text)] == ["headwater/stage/noun.py:get"]


def test_what_should_be_rare_is_counted() -> None:
    text = "try:\n    x: Any = 1\nexcept Exception:\n    pass\n"
    comments = ["# type: ignore[arg-type]", "# noqa: BLE001  # why", "# an ordinary one"]
    assert counts_in(ast.parse(text), comments) == {
        "any": 1,
        "except-exception": 1,
        "type-ignore": 1,
        "noqa": 1,
    }


def test_exception_allows_up_to_its_size_and_must_be_needed() -> None:
    finding = Finding("file-lines", "a.py", 420)
    entry = {"most": 420, "reason": "one table that reads best whole"}
    baseline = {"counts": {}, "exceptions": {"file-lines a.py": entry}}
    assert list(complaints([finding], Counter(), baseline)) == []
    grown = Finding("file-lines", "a.py", 421)
    assert "has grown" in next(complaints([grown], Counter(), baseline))
    assert "not needed" in next(complaints([], Counter(), baseline))
    baseline["exceptions"]["file-lines a.py"] = {"most": 420, "reason": ""}
    assert "no reason" in next(complaints([finding], Counter(), baseline))


def test_counts_may_fall_and_not_rise() -> None:
    baseline = {"counts": {"any": 2}}
    assert list(complaints([], Counter(any=2), baseline)) == []
    assert list(complaints([], Counter(any=1), baseline)) == []
    assert "may only fall" in next(complaints([], Counter(any=3), baseline))


def test_lowering_keeps_gains_only() -> None:
    text = "[counts]\nany = 5\nnoqa = 1\n"
    assert lowered(text, Counter(any=3, noqa=9)) == "[counts]\nany = 3\nnoqa = 1\n"
