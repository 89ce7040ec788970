"""Datasets are named by the table of the specification, and as the reference client does."""

from __future__ import annotations

from pathlib import Path

import pytest
from openlineage.client.naming import dataset as reference

from headwater.sdk import DatasetInfo, InvalidEvent, naming

SAME = [
    (naming.s3("b", "/k/"), reference.S3("b", "k")),
    (naming.gcs("b", "k"), reference.GCS("b", "k")),
    (naming.abfss("c", "a", "p"), reference.ABFSS("c", "a", "p")),
    (naming.hdfs("h", "/p", port=9000), reference.HDFS("h", "9000", "/p")),
    (
        naming.glue("r", "123", database="d", table="t"),
        reference.AWSGlue("r", "123", "d", "t"),
    ),
    (
        naming.athena("r", catalog="c", database="d", table="t"),
        reference.Athena("r", "c", "d", "t"),
    ),
    (
        naming.redshift("c", "r", database="d", schema="s", table="t"),
        reference.Redshift("c", "r", "5439", "d", "s", "t"),
    ),
    (
        naming.postgres("h", database="d", table="t"),
        reference.Postgres("h", "5432", "d", "public", "t"),
    ),
    (naming.mysql("h", database="d", table="t"), reference.MySQL("h", "3306", "d", "t")),
    (
        naming.oracle("h", service="o", schema="s", table="t"),
        reference.Oracle("h", "1521", "o", "s", "t"),
    ),
    (
        naming.snowflake("o", "a", database="d", schema="s", table="t"),
        reference.Snowflake("o", "a", "d", "s", "t"),
    ),
    (naming.bigquery("p", dataset="d", table="t"), reference.BigQuery("p", "d", "t")),
    (
        naming.trino("h", catalog="c", schema="s", table="t"),
        reference.Trino("h", "8080", "c", "s", "t"),
    ),
    (naming.hive("h", database="d", table="t"), reference.Hive("h", "10000", "d", "t")),
    (naming.kafka("h", "t"), reference.Kafka("h", "9092", "t")),
    (
        naming.pubsub_topic("p", "t"),
        reference.PubSubNaming(reference.PubSubResourceType.TOPIC, "p", "t"),
    ),
    (
        naming.pubsub_subscription("p", "s"),
        reference.PubSubNaming(reference.PubSubResourceType.SUBSCRIPTION, "p", "s"),
    ),
    (naming.file("/a/b"), reference.LocalFileSystem("/a/b")),
    (naming.file("/a/b", host="h"), reference.RemoteFileSystem("h", "/a/b")),
]


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=lambda each: type(each).__name__)
def test_names_are_those_of_the_reference_client(
    ours: DatasetInfo, theirs: reference.DatasetNaming
) -> None:
    assert (ours.namespace, ours.name) == (theirs.get_namespace(), theirs.get_name())


@pytest.mark.parametrize(
    ("info", "namespace", "name"),
    [
        (naming.sql_server("h", database="d", table="t"), "mssql://h:1433", "d.dbo.t"),
        (
            naming.unity_catalog("h", catalog="c", schema="s", table="t"),
            "unitycatalog://h",
            "c.s.t",
        ),
        (naming.in_memory("tmp"), "inmemory://", "tmp"),
        (naming.from_url("s3a://b/k/"), "s3://b", "k"),
        (naming.from_url("s3://b"), "s3://b", "/"),
        (naming.from_url("gcs://b/a%20b"), "gs://b", "a b"),
        (
            naming.from_url("abfs://c@a.dfs.core.windows.net/p"),
            "abfss://c@a.dfs.core.windows.net",
            "p",
        ),
        (naming.from_url("file:///a/b"), "file", "/a/b"),
        (naming.from_url("/a/../b"), "file", "/b"),
        (naming.from_url("postgresql+psycopg://u:pw@h/d", "t"), "postgres://h:5432", "d.public.t"),
        (naming.from_url("postgres://h:6/d", "s.t"), "postgres://h:6", "d.s.t"),
        (naming.from_url("mysql://u@h/d", "t"), "mysql://h:3306", "d.t"),
        (naming.from_url("kafka://h:9/topic"), "kafka://h:9", "topic"),
        (naming.from_url("sqlite:////a/b.db", "t"), "sqlite:///a/b.db", "t"),
        (naming.from_url("https://u:p@h/x.csv"), "https://h", "/x.csv"),
    ],
    ids=str,
)
def test_urls_lead_to_names(info: DatasetInfo, namespace: str, name: str) -> None:
    assert (info.namespace, info.name) == (namespace, name)


def test_relative_path_is_made_absolute_and_a_link_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert naming.from_url(Path("link") / "x").name == str(tmp_path / "link" / "x")


def test_database_without_a_table_is_refused_without_its_password() -> None:
    with pytest.raises(InvalidEvent, match="no table") as caught:
        naming.from_url("postgres://u:hunter2@h/d")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("namespace", "name"), [(None, ""), ("", "x")])
def test_dataset_without_a_name_is_refused(namespace: str | None, name: str) -> None:
    with pytest.raises(InvalidEvent):
        DatasetInfo(namespace=namespace, name=name)
