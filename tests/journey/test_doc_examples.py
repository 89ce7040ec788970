"""Every example of the documentation prints what its page shows, against a real server."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tools import examples

PAGES = [page for page in examples.pages() if examples.examples(page.read_text())]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_print_what_the_page_shows(page: Path) -> None:
    assert examples.differences(page) == []


def test_python_of_the_sdk_guide_sends_its_event() -> None:
    page = (examples.ROOT / "docs" / "guides" / "sdk.md").read_text()
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    with examples.place() as here:
        here.serve()
        here.run(examples.Example("cat guide.py", code, 0, 0))
        assert here.run(examples.Example("python guide.py", "", 0, 0)) == ""
        listed = here.run(examples.Example("headwater runs list --namespace shop", "", 0, 0))
    assert "completed" in listed
    assert "revenue" in listed


def test_another_number_or_word_is_noticed_and_another_time_is_not() -> None:
    shown = " id  rows\n 01a1fb67-1800-7de6-80de-0d1c32a0395a  3\n at 2026-11-21T05:00:00Z\n"
    assert examples.is_as_shown(shown, shown.replace("01a1", "02b2").replace("05:00", "06:13"))
    assert not examples.is_as_shown(shown, shown.replace(" 3", " 4"))
    assert not examples.is_as_shown(shown, shown.replace("rows", "row"))


def test_ellipsis_stands_for_what_is_left_out() -> None:
    assert examples.is_as_shown('{"a":1,…}', '{"a":1,"b":[2],"c":3}')
    assert not examples.is_as_shown('{"a":1,…}', '{"a":2,"b":[2],"c":3}')


def test_commands_over_several_lines_are_one() -> None:
    page = 'So:\n\n```console\n$ cat a \\\n  b\nshown\n\n$ sql "one\n  two"\n```\n'
    assert [(one.command, one.shown) for one in examples.examples(page)] == [
        ("cat a \\\n  b", "shown\n"),
        ('sql "one\n  two"', ""),
    ]


def test_blocks_without_a_command_or_in_another_language_are_not_run() -> None:
    assert examples.examples("```\nplain\n```\n\n```sh\n$ rm x\n```\n") == []
