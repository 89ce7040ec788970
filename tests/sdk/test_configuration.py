"""The SDK is configured by OpenLineage's own names, in the order of the reference client."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.sdk.configuration import Configuration, load_configuration, outbox_folder
from headwater.sdk.destinations import destinations
from headwater.sdk.errors import InvalidConfiguration


def load(given: Any = None, **variables: str) -> Configuration:
    return load_configuration(given, variables)


def test_without_anything_events_go_to_the_server_of_this_machine() -> None:
    found = load()
    assert found.transport == {"type": "http", "url": "http://127.0.0.1:5000"}
    assert found.namespace == "default"
    assert not found.is_disabled
    assert load(HEADWATER_TOKEN="t").transport["auth"] == {"type": "api_key", "apiKey": "t"}


def test_plain_variables_make_an_http_transport() -> None:
    found = load(
        OPENLINEAGE_URL="http://h:1",
        OPENLINEAGE_ENDPOINT="in/here",
        OPENLINEAGE_API_KEY="k",
        OPENLINEAGE_NAMESPACE="shop",
        HEADWATER_TOKEN="not for other servers",
    )
    assert found.transport == {
        "type": "http",
        "url": "http://h:1",
        "endpoint": "in/here",
        "auth": {"type": "api_key", "apiKey": "k"},
    }
    assert found.namespace == "shop"
    without_key = load(OPENLINEAGE_URL="http://h:1", HEADWATER_TOKEN="not for other servers")
    assert "auth" not in without_key.transport


def test_nested_variables_win_over_the_program_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "openlineage.yml"
    file.write_text(
        "transport:\n  type: http\n  url: http://file:1\n  timeout: 7\n"
        "  auth: {type: api_key, apiKey: f}\n"
        "tags:\n  job: {team: water}\n"
        "facets:\n  environment_variables: [HOME]\n"
        "  source_code_location: {disabled: true}\n"
    )
    given = {"transport": {"url": "http://given:1"}, "tags": {"run": {"x": 1}}}
    found = load(
        given,
        OPENLINEAGE_CONFIG=str(file),
        OPENLINEAGE__TRANSPORT__AUTH__APIKEY="v",
        OPENLINEAGE__TRANSPORT__TIMEOUT="9",
    )
    assert found.transport["url"] == "http://given:1"
    assert found.transport["timeout"] == 9
    assert found.transport["auth"] == {"type": "api_key", "apiKey": "f", "apikey": "v"}
    assert found.job_tags == {"team": "water"}
    assert found.run_tags == {"x": "1"}
    assert found.environment_variables == ("HOME",)
    assert not found.tells_source_code_location


def test_json_is_read_without_pyyaml(tmp_path: Path) -> None:
    file = tmp_path / "openlineage.yml"
    file.write_text('{"transport": {"type": "console"}}')
    assert load(OPENLINEAGE_CONFIG=str(file)).transport == {"type": "console"}


def test_file_of_the_working_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openlineage.yml").write_text("transport: {type: noop}\n")
    monkeypatch.chdir(tmp_path)
    assert load().transport == {"type": "noop"}
    assert destinations(load().transport) == []


def test_json_in_a_variable_is_a_value_and_a_deeper_variable_adds_to_it() -> None:
    found = load(
        OPENLINEAGE__TRANSPORT='{"type": "kafka", "topic": "t", "config": {"a": "1"}}',
        OPENLINEAGE__TRANSPORT__CONFIG='{"bootstrap.servers": "h:9092"}',
    )
    assert found.transport == {
        "type": "kafka",
        "topic": "t",
        "config": {"a": "1", "bootstrap.servers": "h:9092"},
    }


def test_transports_without_a_type_are_a_composite() -> None:
    found = load(
        OPENLINEAGE__TRANSPORT__TRANSPORTS__A__TYPE="console",
        OPENLINEAGE__TRANSPORT__TRANSPORTS__B__TYPE="http",
        OPENLINEAGE__TRANSPORT__TRANSPORTS__B__URL="http://b",
    )
    assert [place.name for place in destinations(found.transport)] == [
        "console",
        "http http://b/api/v1/lineage",
    ]


@pytest.mark.parametrize("word", ["true", "TRUE", "1"])
def test_lineage_can_be_disabled(word: str) -> None:
    assert load(OPENLINEAGE_DISABLED=word).is_disabled


def test_filters_are_those_of_the_reference_client() -> None:
    found = load(
        {"filters": [{"type": "exact", "match": "a"}, {"type": "regex", "regex": "tmp_\\d+"}]}
    )
    names = ["a", "ab", "tmp_1", "tmp_1x", "xtmp_1"]
    assert [name for name in names if found.is_filtered(name)] == ["a", "tmp_1", "tmp_1x"]


def test_outbox_is_configured_by_variables() -> None:
    found = load(
        HEADWATER_OUTBOX="/x",
        HEADWATER_OUTBOX_MAX_BYTES="1e6",
        HEADWATER_OUTBOX_WHEN_FULL="drop-oldest",
        HEADWATER_OUTBOX_SYNC="always",
        HEADWATER_FLUSH_SECONDS="1.5",
        HEADWATER_HEARTBEAT_SECONDS="0",
        HEADWATER_THREADS="off",
    )
    assert found.outbox.folder == Path("/x")
    assert found.outbox.max_bytes == 1_000_000
    assert (found.outbox.when_full, found.outbox.sync) == ("drop-oldest", "always")
    assert (found.flush_seconds, found.heartbeat_seconds) == (1.5, 0)
    assert not found.inherits_in_threads
    assert outbox_folder({"HEADWATER_OUTBOX": "off"}) is None
    assert outbox_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/headwater/outbox")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"HEADWATER_OUTBOX_SYNC": "sometimes"}, "never, interval or always"),
        ({"HEADWATER_OUTBOX_WHEN_FULL": "explode"}, "explode"),
        ({"HEADWATER_OUTBOX_MAX_BYTES": "-1"}, "-1"),
        ({"HEADWATER_FLUSH_SECONDS": "soon"}, "soon"),
        ({"OPENLINEAGE__FILTERS": '[{"type": "exact"}]'}, "no known type"),
        ({"OPENLINEAGE__FILTERS": '[{"type": "regex", "regex": "("}]'}, "filter"),
        ({"OPENLINEAGE__FILTERS": "[5]"}, "no mapping"),
    ],
)
def test_nonsense_is_refused_with_its_name(variables: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidConfiguration, match=said):
        load(**variables)


@pytest.mark.parametrize("text", ["a: [", "- 1\n- 2\n"])
def test_file_that_holds_no_mapping_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    file = tmp_path / "openlineage.yml"
    file.write_text(text)
    with pytest.raises(InvalidConfiguration, match=r"openlineage\.yml"):
        load(OPENLINEAGE_CONFIG=str(file))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"type": "http"}, "url"),
        ({"type": "file"}, "log_file_path"),
        ({"type": "kafka", "topic": "t"}, "config"),
        ({"type": "kafka", "config": {}}, "topic"),
        ({"type": "composite"}, "transports"),
        ({}, "type"),
    ],
)
def test_transport_that_lacks_something_is_refused(config: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidConfiguration, match=said):
        destinations(config)


def test_name_of_a_place_has_no_secrets() -> None:
    configs: list[dict[str, Any]] = [
        {"type": "http", "url": "https://user:pw@host/base/", "auth": {"apiKey": "pw"}},
        {"type": "datadog", "apiKey": "pw"},
        {
            "type": "http",
            "url": "https://user:pw@host",
            "auth": {"type": "jwt", "apiKey": "pw", "tokenEndpoint": "https://t"},
        },
    ]
    for config in configs:
        (place,) = destinations(config)
        assert "pw" not in place.name
        assert place.name != destinations({**config, "url": "https://other"})[0].name
    assert destinations(configs[0])[0].name == "http https://host/base/api/v1/lineage"
    assert json.dumps(configs[1])  # is left as it is
