"""What has to be copied stays whole on a narrow terminal."""

from __future__ import annotations

import pytest

from headwater.cli.table import print_records, print_table

KEY = "20261121T054155284802Z-000000000580-000000"


def test_ids_are_never_broken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    print_table(("key", "reason"), [(KEY, "is missing " * 9)], whole=("key",))
    print_records(("hash",), [(KEY * 3,)], title="")
    shown = capsys.readouterr().out
    assert f" {KEY} " in shown
    assert f"hash  {KEY * 3}" in shown
