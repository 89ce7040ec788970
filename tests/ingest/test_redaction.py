from __future__ import annotations

import json
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.clock import SystemClock
from headwater.errors import Invalid, Malformed
from headwater.ingest.events import EventDoor
from headwater.ingest.redaction import Redaction
from headwater.ingest.secrets import RULES, SecretRules, is_sensitive
from headwater.lineage.commands import Command
from headwater.lineage.log import SqlLineage
from headwater.lineage.settings import DropRule, LineageSettings
from headwater.model.principal import LOCAL
from tests.lineage_stores import ask

DEFAULT = Redaction(LineageSettings())


def _event(**more):
    event = {
        "eventTime": "2026-11-21T01:00:00Z",
        "producer": "https://p.example",
        "run": {"runId": "r", "facets": {}},
        "job": {"namespace": "ns", "name": "j", "facets": {}},
    }
    return event | more


def _failed(message):
    facet = {"message": message, "programmingLanguage": "JAVA", "stackTrace": f"at {message}"}
    return _event(run={"runId": "r", "facets": {"errorMessage": facet}})


def _clean(event, redaction=DEFAULT):
    body, notes = redaction.clean(json.dumps(event).encode())
    return json.loads(body), notes


@pytest.mark.parametrize(
    ("text", "masked", "rule"),
    [
        ("at postgres://etl:hunter2@db:5432/x", "at postgres://etl:***@db:5432/x", "url-password"),
        ("jdbc:mysql://:hunter2@db", "jdbc:mysql://:***@db", "url-password"),
        ("user=etl password=hunter2 host=db", "user=etl password=*** host=db", "assignment"),
        ("jdbc:sqlserver://h;Password=hunter2;x=1", "jdbc:sqlserver://h;Password=***;x=1", None),
        ("spark.hadoop.fs.s3a.secret.key=abc/d+e", "spark.hadoop.fs.s3a.secret.key=***", None),
        ("AccountKey=abc==;End", "AccountKey=***;End", "assignment"),
        ("PGPASSWORD = hunter2", "PGPASSWORD = ***", "assignment"),
        ('{"password": "hun ter"}', '{"password": "***"}', "quoted-assignment"),
        ("api_key='k-1'", "api_key='***'", "quoted-assignment"),
        ("password: hunter2", "password: ***", "password"),
        ("CREATE USER a PASSWORD 'it''s'", "CREATE USER a PASSWORD '***'", "sql-password"),
        ("IDENTIFIED BY 'x y'", "IDENTIFIED BY '***'", "sql-password"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***", "bearer"),
        ("key AKIAIOSFODNN7EXAMPLE was", "key *** was", "aws-access-key"),
        ("ghp_" + "a1" * 18, "***", "vendor-token"),
        ("x eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc_-d y", "x *** y", "jwt"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
            "private-key",
        ),
    ],
)
def test_a_secret_in_an_error_is_masked_and_named(text, masked, rule):
    event, notes = _clean(_failed(text))
    facet = event["run"]["facets"]["errorMessage"]
    assert (facet["message"], facet["stackTrace"]) == (masked, f"at {masked}")
    assert [note.partition(":")[0] for note in notes] == [
        "/run/facets/errorMessage/message",
        "/run/facets/errorMessage/stackTrace",
    ]
    if rule is not None:
        assert notes[0].endswith(f"redacted ({rule})")


def _long(secret, masked, at, size=60_000):
    filler = "lorem ipsum / dolor: 5 = sit; " * (size // 30)
    return filler[:at] + secret + filler[at:], filler[:at] + masked + filler[at:]


@given(
    at=st.integers(0, 50_000) | st.integers(4_000, 4_200) | st.integers(8_100, 8_300),
    secret=st.sampled_from(
        [
            (" password=hunter2 ", " password=*** "),
            (" postgres://etl:hunter2@db ", " postgres://etl:***@db "),
            (" token: 'abc def' ", " token: '***' "),
            (
                " -----BEGIN RSA PRIVATE KEY-----\n"
                + "MIIB\n" * 600
                + "-----END RSA PRIVATE KEY-----",
                " -----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----",
            ),
        ]
    ),
)
def test_a_secret_is_found_wherever_it_is_in_a_long_text(at, secret):
    text, masked = _long(*secret, at)
    assert SecretRules().masked(text)[0] == masked


@pytest.mark.parametrize("name", ["x" * 100_000, "x" * 100_000 + ".password"])
def test_names_may_be_long(name):
    assert is_sensitive(name) is name.endswith("password")


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user etl",
        "the bearer authentication failed",
        "unexpected token ';' at 3:14",
        "max_tokens=100 tokenizer=x secretName=y",
        "password=${DB_PASSWORD} pwd=%s token=? secret={{ vault }}",
        "mail me@example.com about https://example.com/a:b",
        "keyboard monkey=1 foreign_key=x",
        "abfss://container@account.dfs.core.windows.net/path",
    ],
)
def test_what_only_looks_like_a_secret_stays(text):
    event = _failed(text)
    assert _clean(event) == (event, ())


def test_what_is_called_a_secret_is_masked_whatever_it_is():
    variables = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "HOME", "value": "/root"}]
    facets = {
        "environmentVariables": {"environmentVariables": variables},
        "spark_properties": {"properties": {"spark.my.api-key": "k", "spark.master": "local"}},
        "executionParameters": {"parameters": [{"key": "token", "name": "t", "value": "x"}]},
    }
    event, notes = _clean(_event(run={"runId": "r", "facets": facets}))
    found = event["run"]["facets"]
    assert [v["value"] for v in found["environmentVariables"]["environmentVariables"]] == [
        "***",
        "/root",
    ]
    assert found["spark_properties"]["properties"] == {
        "spark.my.api-key": "***",
        "spark.master": "local",
    }
    assert found["executionParameters"]["parameters"][0] == {
        "key": "token",
        "name": "t",
        "value": "***",
    }
    assert len(notes) == 3
    assert all(note.endswith("redacted (named)") for note in notes)
    assert not any("hunter2" in note for note in notes)


def test_columns_and_names_that_are_called_like_secrets_stay():
    facets = {
        "schema": {"fields": [{"name": "password", "type": "text", "description": "hash"}]},
        "columnLineage": {"fields": {"token": {"inputFields": [{"field": "api_key"}]}}},
    }
    dataset = {"namespace": "ns", "name": "dir/token=abc/x", "facets": facets}
    event = _event(outputs=[dataset])
    assert _clean(event) == (event, ())


def test_columns_in_sql_stay_and_literals_go():
    query = "SELECT * FROM a JOIN b ON a.token = b.token WHERE password = 'hunter2'"
    facets = {"sql": {"query": query}}
    event, notes = _clean(_event(job={"namespace": "n", "name": "j", "facets": facets}))
    assert event["job"]["facets"]["sql"]["query"] == query.replace("hunter2", "***")
    assert notes == ("/job/facets/sql/query: redacted (quoted-assignment)",)


def test_a_password_in_a_namespace_goes_and_the_name_stays_the_same_for_all():
    def named(password):
        dataset = {"namespace": f"postgres://u:{password}@db", "name": "t"}
        return _clean(_event(inputs=[dataset]))

    (first, notes), (second, _) = named("one"), named("two")
    assert first == second
    assert notes == ("/inputs/0/namespace: redacted (url-password)",)


def test_numbers_and_odd_text_survive_beside_a_secret():
    body = rb'{"run":{"facets":{"x":{"n":4115428054613373118,"f":1.0,"q":NaN,"s":"\ud800",'
    body += rb'"password":"p"}}}}'
    cleaned, notes = DEFAULT.clean(body)
    for part in (b"4115428054613373118", b"1.0", b"NaN", rb"\ud800", b'"password":"***"'):
        assert part in cleaned
    assert len(notes) == 1


def test_secrets_leave_what_is_no_json_too():
    assert DEFAULT.clean(b'{"password": "hunter2", \xff') == (
        b'{"password": "***", \xff',
        (": redacted (quoted-assignment)",),
    )


def test_without_a_finding_the_bytes_are_the_same():
    body = b'{ "run" : {"runId":"r"} , "n": 1e3 }'
    assert DEFAULT.clean(body)[0] is body


def test_redaction_can_be_switched_off():
    off = Redaction(LineageSettings(redact=False))
    body = json.dumps(_failed("password=hunter2")).encode()
    assert off.clean(body) == (body, ())


def test_own_patterns_add_to_the_rules():
    own = Redaction(
        LineageSettings(redact_patterns={"card": r"\b\d{4}-\d{4}\b", "x": "q(?P<secret>z)"})
    )
    event, notes = _clean(_failed("card 1234-5678 qz password=p"), own)
    assert event["run"]["facets"]["errorMessage"]["message"] == "card *** q*** password=***"
    assert [n.rpartition(" ")[2] for n in notes[:3]] == ["(assignment)", "(card)", "(x)"]
    with pytest.raises(Invalid, match="'card'"):
        Redaction(LineageSettings(redact_patterns={"card": "("}))


def test_facets_are_dropped_by_name_place_and_producer():
    drops = (
        DropRule(facet="debug"),
        DropRule(facet="tags", of="job"),
        DropRule(facet="schema", producer="*spark*"),
    )
    redaction = Redaction(LineageSettings(drop_facets=drops))
    event = _event(
        run={"runId": "r", "facets": {"debug": {}, "tags": {}}},
        job={"namespace": "n", "name": "j", "facets": {"tags": {}}},
        inputs=[{"namespace": "n", "name": "i", "facets": {"schema": {}}}],
    )
    cleaned, notes = _clean(event, redaction)
    assert notes == (
        "/run/facets/debug: dropped (drop_facets)",
        "/job/facets/tags: dropped (drop_facets)",
    )
    assert cleaned["run"]["facets"] == {"tags": {}}
    assert cleaned["inputs"][0]["facets"] == {"schema": {}}
    spark, notes = _clean(event | {"producer": "https://x/integration/spark"}, redaction)
    assert spark["inputs"][0]["facets"] == {}
    assert notes[-1] == "/inputs/0/facets/schema: dropped (drop_facets)"


SECRETS = st.sampled_from(
    [
        *("password=hunter2", "token: 'abc def'", "://u:p@h", "Bearer abc123456", "pwd:x"),
        *("AKIAIOSFODNN7EXAMPLE", '"secret":"x"', "PASSWORD 'x'", "***", "password=***x"),
        *("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc", "-----BEGIN PRIVATE KEY-----ab", "api_key = k"),
    ]
)
TEXTS = st.lists(SECRETS | st.text(st.characters(), max_size=6), max_size=5).map(" ".join)
TEXTS |= st.lists(SECRETS | st.text("=:'\"@/\\*;, ", max_size=3), max_size=6).map("".join)
VALUES = st.recursive(
    st.none() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["password", "name", "value", "key", "x"]), inner)
    ),
    max_leaves=8,
)


@given(value=VALUES)
def test_redacting_twice_is_redacting_once(value):
    body = json.dumps({"run": {"facets": {"x": value}}}).encode()
    once, _ = DEFAULT.clean(body)
    twice, notes = DEFAULT.clean(once)
    assert twice == once
    assert notes == ()


@given(text=TEXTS)
def test_the_glance_never_misses_what_a_rule_finds(text):
    rules = SecretRules()
    _, found = rules.masked(text)
    assert not found or rules.may_be_in(text)


def test_every_rule_masks_only_its_group():
    assert all("(?P<secret>" in pattern for pattern in RULES.values())


def test_the_door_cleans_before_the_log_and_says_so(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    door = EventDoor(log, clock=SystemClock(), redaction=DEFAULT)
    secret = json.dumps(_failed("password=hunter2")).encode()
    with closing(log), closing(door):
        first, broken, same = door.submit(
            [secret, b'{"password": "hunter2"', secret.replace(b"hunter2", b"other")],
            principal=LOCAL,
        )
    assert first.warnings == (
        "/run/facets/errorMessage/message: redacted (assignment)",
        "/run/facets/errorMessage/stackTrace: redacted (assignment)",
    )
    assert isinstance(broken, Malformed)
    assert (same.hash, same.is_new) == (first.hash, False), "cleaned before it is hashed"
    for file in tmp_path.iterdir():
        assert b"hunter2" not in file.read_bytes()


def test_names_in_commands_are_not_cleaned(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    door = EventDoor(log, clock=SystemClock(), redaction=DEFAULT)
    with closing(log), closing(door):
        command = Command(verb="delete", entity="job", namespace="a://b:c@d", name="j")
        assert door.command(command, principal=LOCAL).warnings == ()


def test_what_people_say_is_cleaned_too(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    door = EventDoor(log, clock=SystemClock(), redaction=DEFAULT)
    with closing(log), closing(door):
        url = "postgres://etl:hunter2@db:5432/x"
        values = {"url": url, "type": "POSTGRESQL", "description": None}
        source = Command(verb="declare", entity="source", name="src", values=values)
        note = Command(
            verb="describe",
            entity="dataset",
            namespace="ns",
            name="d",
            values={"description": "ask with password=hunter2"},
        )
        door.tell([source, note], principal=LOCAL)
        assert b"hunter2" not in log.dump() + b"".join(
            body for (body,) in ask(log, "SELECT body FROM event")
        )
        assert b"etl:***@db" in log.dump().replace(b"\\u002a", b"*")


def test_name_is_kept_without_a_password_wherever_it_comes_from(tmp_path):
    log = SqlLineage.open(tmp_path / "lineage.db")
    door = EventDoor(log, clock=SystemClock(), redaction=DEFAULT)
    with closing(log), closing(door):
        name = door.kept_name("postgres://etl:hunter2@db:5432")
        assert name == "postgres://etl:***@db:5432"
        assert door.kept_name(name) == name
        sent = _event(job={"namespace": "postgres://etl:hunter2@db:5432", "name": "j"})
        door.submit([json.dumps(sent).encode()], principal=LOCAL)
        assert ask(log, "SELECT display FROM namespace") == [(name,)]
