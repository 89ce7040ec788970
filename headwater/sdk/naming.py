"""Datasets named by OpenLineage's rules, so that two programs call one table the same.

Each function returns a `DatasetInfo`; what it names, it names as the specification's table of data
stores does (https://openlineage.io/docs/spec/naming).
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import InvalidEvent

_SPELLINGS = {
    "s3a": "s3",
    "s3n": "s3",
    "gcs": "gs",
    "abfs": "abfss",
    "wasb": "wasbs",
    "postgresql": "postgres",
}
_SCHEMA_DATABASES = {"postgres": 5432, "mssql": 1433, "oracle": 1521, "crate": 5432, "db2": 50000}
_PLAIN_DATABASES = {"mysql": 3306, "hive": 10000, "clickhouse": 9000, "teradata": 1025}
_OBJECT_STORES = frozenset({"s3", "gs", "abfss", "wasbs", "dbfs"})


def s3(bucket: str, key: str) -> DatasetInfo:
    """Name an object, or the prefix of a table, in S3."""
    return _named(f"s3://{bucket}", key.strip("/"))


def gcs(bucket: str, key: str) -> DatasetInfo:
    """Name an object in Google Cloud Storage."""
    return _named(f"gs://{bucket}", key.strip("/"))


def abfss(container: str, account: str, path: str) -> DatasetInfo:
    """Name a path in Azure Data Lake Storage."""
    return _named(f"abfss://{container}@{account}.dfs.core.windows.net", path.strip("/"))


def hdfs(host: str, path: str, *, port: int = 8020) -> DatasetInfo:
    """Name a path in HDFS."""
    return _named(f"hdfs://{host}:{port}", path)


def file(path: str | os.PathLike[str], *, host: str | None = None) -> DatasetInfo:
    """Name a file or folder: absolute on this machine, or as it is called on `host`."""
    if host is not None:
        return _named(f"file://{host}", os.fspath(path))
    return _named("file", _absolute(path))


def glue(region: str, account_id: str, *, database: str, table: str) -> DatasetInfo:
    """Name a table of the AWS Glue catalogue."""
    return _named(f"arn:aws:glue:{region}:{account_id}", f"table/{database}/{table}")


def athena(region: str, *, catalog: str, database: str, table: str) -> DatasetInfo:
    """Name a table as Athena sees it."""
    return _named(f"awsathena://athena.{region}.amazonaws.com", f"{catalog}.{database}.{table}")


def redshift(
    cluster: str, region: str, *, database: str, schema: str, table: str, port: int = 5439
) -> DatasetInfo:
    """Name a table in Redshift."""
    return _named(f"redshift://{cluster}.{region}:{port}", f"{database}.{schema}.{table}")


def postgres(
    host: str, *, database: str, schema: str = "public", table: str, port: int = 5432
) -> DatasetInfo:
    """Name a table in PostgreSQL."""
    return _named(f"postgres://{host}:{port}", f"{database}.{schema}.{table}")


def mysql(host: str, *, database: str, table: str, port: int = 3306) -> DatasetInfo:
    """Name a table in MySQL or MariaDB."""
    return _named(f"mysql://{host}:{port}", f"{database}.{table}")


def sql_server(
    host: str, *, database: str, schema: str = "dbo", table: str, port: int = 1433
) -> DatasetInfo:
    """Name a table in Microsoft SQL Server."""
    return _named(f"mssql://{host}:{port}", f"{database}.{schema}.{table}")


def oracle(host: str, *, service: str, schema: str, table: str, port: int = 1521) -> DatasetInfo:
    """Name a table in Oracle; `service` is the service name or SID."""
    return _named(f"oracle://{host}:{port}", f"{service}.{schema}.{table}")


def snowflake(
    organization: str, account: str, *, database: str, schema: str, table: str
) -> DatasetInfo:
    """Name a table in Snowflake."""
    return _named(f"snowflake://{organization}-{account}", f"{database}.{schema}.{table}")


def bigquery(project: str, *, dataset: str, table: str) -> DatasetInfo:
    """Name a table in BigQuery."""
    return _named("bigquery", f"{project}.{dataset}.{table}")


def trino(host: str, *, catalog: str, schema: str, table: str, port: int = 8080) -> DatasetInfo:
    """Name a table as Trino sees it."""
    return _named(f"trino://{host}:{port}", f"{catalog}.{schema}.{table}")


def hive(host: str, *, database: str, table: str, port: int = 10000) -> DatasetInfo:
    """Name a table in Hive."""
    return _named(f"hive://{host}:{port}", f"{database}.{table}")


def unity_catalog(
    host: str, *, catalog: str, schema: str, table: str, port: int | None = None
) -> DatasetInfo:
    """Name a table in a Unity Catalog."""
    place = host if port is None else f"{host}:{port}"
    return _named(f"unitycatalog://{place}", f"{catalog}.{schema}.{table}")


def kafka(host: str, topic: str, *, port: int = 9092) -> DatasetInfo:
    """Name a topic by the first bootstrap server."""
    return _named(f"kafka://{host}:{port}", topic)


def pubsub_topic(project: str, topic: str) -> DatasetInfo:
    """Name a topic of Google Pub/Sub."""
    return _named("pubsub", f"topic:{project}:{topic}")


def pubsub_subscription(project: str, subscription: str) -> DatasetInfo:
    """Name a subscription of Google Pub/Sub."""
    return _named("pubsub", f"subscription:{project}:{subscription}")


def in_memory(name: str) -> DatasetInfo:
    """Name what exists only while a pipeline runs."""
    return _named("inmemory://", name)


def from_url(
    url: str | os.PathLike[str],
    table: str | None = None,
    *,
    schema: str = "public",
    database: str | None = None,
) -> DatasetInfo:
    """Name what a URL or path leads to: an object, a file, or `table` behind a database URL.

    Spellings are brought to the specification's (`s3a` is `s3`, `postgresql+psycopg` is
    `postgres`), default ports are filled in, and a user and password are left out.
    """
    text = os.fspath(url)
    parts = urlsplit(text)
    scheme = _SPELLINGS.get(parts.scheme.partition("+")[0].lower(), parts.scheme.partition("+")[0])
    path = unquote(parts.path)
    if not parts.scheme or len(parts.scheme) == 1:  # a path, perhaps with the letter of a drive
        return file(text)
    if scheme == "file":
        return file(path, host=parts.netloc or None)
    if scheme in _OBJECT_STORES:
        return _named(f"{scheme}://{parts.netloc}", path.strip("/") or "/")
    if scheme == "kafka":
        return kafka(parts.hostname or "", table or path.strip("/"), port=parts.port or 9092)
    if scheme in {"sqlite", "duckdb"}:
        return _named(f"{scheme}://{_absolute(path.removeprefix('/'))}", _needed(table, text))
    place = parts.hostname or ""
    name = database or path.strip("/").partition("/")[0]
    if scheme in _SCHEMA_DATABASES:
        place += f":{parts.port or _SCHEMA_DATABASES[scheme]}"
        return _named(f"{scheme}://{place}", _qualified(name, schema, _needed(table, text)))
    if scheme in _PLAIN_DATABASES:
        place += f":{parts.port or _PLAIN_DATABASES[scheme]}"
        return _named(f"{scheme}://{place}", _dotted(name, _needed(table, text)))
    place += "" if parts.port is None else f":{parts.port}"
    return _named(f"{scheme}://{place}", table or path or "/")


def _absolute(path: str | os.PathLike[str]) -> str:
    """Return an absolute path in which links stay as they are: a link is a name of its own."""
    return os.path.normpath(Path(path).absolute())


def _needed(table: str | None, url: str) -> str:
    if not table:
        from headwater.sdk.redaction import redact

        raise InvalidEvent(
            f"{redact(url)!r} is a database, and no table of it is named",
            hint="name one: from_url(url, 'orders')",
        )
    return table


def _qualified(database: str, schema: str, table: str) -> str:
    return _dotted(database, table if "." in table else f"{schema}.{table}")


def _dotted(database: str, table: str) -> str:
    return table if table.startswith(f"{database}.") else f"{database}.{table}"


def _named(namespace: str, name: str) -> DatasetInfo:
    return DatasetInfo(namespace=namespace, name=name)
