"""A variable that names no setting is told, where it would else do nothing in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.config import misspelt_variables
from tests.cli.test_places import told


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (
            "HEADWATER_SERVER__PROT",
            ["HEADWATER_SERVER__PROT is no setting; HEADWATER_SERVER__PORT"],
        ),
        ("HEADWATER_SERVER__PORT", []),
        ("headwater_server__port", []),
        ("HEADWATER_JOBS__JOINS__0", []),
        ("HEADWATER_PORT_5000_TCP", []),
        ("OTHER__THING", []),
    ],
)
def test_only_what_looks_like_a_setting_and_is_none_is_told(variable: str, said: list[str]) -> None:
    found = misspelt_variables({variable: "1"})
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True))


def test_doctor_warns_of_a_misspelt_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_QUERY__MEMORI", "1GB")
    ended = told(tmp_path / "data", "doctor", "--json")
    (check,) = [one for one in json.loads(ended.stdout)["checks"] if one["name"] == "settings"]
    assert check["state"] == "warning"
    assert "HEADWATER_QUERY__MEMORI is no setting" in check["seen"]
