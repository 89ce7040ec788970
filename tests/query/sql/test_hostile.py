"""Statements that must not get through, each by the statement's own check or by the engine's."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from headwater.errors import HeadwaterError, Invalid, Missing

WRITES = [
    "INSERT INTO processed.sensors VALUES (1)",
    "UPDATE processed.sensors SET number = 1",
    "DELETE FROM processed.sensors",
    "MERGE INTO processed.sensors USING raw.sensors ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE processed.sensors",
    "CREATE TABLE t AS SELECT 1",
    "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
    "CREATE SCHEMA s",
    "CREATE MACRO m(x) AS x",
    "CREATE SEQUENCE s",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE INDEX i ON processed.sensors (id)",
    "CREATE SECRET s (TYPE s3)",
    "DROP TABLE processed.sensors",
    "DROP VIEW processed.sensors",
    "ALTER TABLE processed.sensors ADD COLUMN x INT",
    "COPY processed.sensors TO '/tmp/x.csv'",
    "COPY (SELECT 1) TO '/tmp/x.parquet'",
    "COPY processed.sensors FROM '/etc/passwd'",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "ATTACH '/tmp/x.db'",
    "ATTACH 'lake.db' (TYPE sqlite)",
    "DETACH memory",
    "USE memory",
    "SET memory_limit = '100GB'",
    "SET GLOBAL enable_external_access = true",
    "RESET allowed_directories",
    "PRAGMA database_list",
    "PRAGMA threads = 64",
    "LOAD httpfs",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs",
    "UPDATE EXTENSIONS",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE processed.sensors",
    "SUMMARIZE processed.sensors",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "DESCRIBE SELECT 1",
    "COMMENT ON TABLE processed.sensors IS 'x'",
    "SET VARIABLE a = 1",
    "PIVOT processed.sensors ON source",
    "SELECT 1; DROP VIEW processed.sensors",
    "SELECT 1; SELECT 1",
    ";;",
    "-- nothing",
    "/* nothing */",
    "SELECT 1; -- more\nATTACH 'x'",
    "WITH x AS (INSERT INTO raw.sensors VALUES (1) RETURNING *) SELECT * FROM x",
    "SELECT 1 INTO t",
]
FILES = [
    "'/etc/passwd'",
    "'x.parquet'",
    '"x.parquet"',
    "'*.parquet'",
    "'raw/**/*.ndjson'",
    "'../lake.db'",
    "'https://example.com/x.parquet'",
    "'s3://bucket/x.csv'",
    "'data.csv.gz'",
    "'file:///etc/passwd'",
    "'lake.db'",
    "'x.duckdb'",
    "'x.json'",
    "'x.xlsx'",
]
TABLE_FUNCTIONS = [
    "read_csv('/etc/passwd')",
    "read_csv_auto('/etc/passwd')",
    "read_text('/etc/passwd')",
    "READ_TEXT('/etc/passwd')",
    "\"read_text\"('/etc/passwd')",
    "main.read_text('/etc/passwd')",
    "system.main.read_text('/etc/passwd')",
    "read_blob('/etc/passwd')",
    "read_json('/etc/passwd')",
    "read_json_auto('x')",
    "read_json_objects('x')",
    "read_ndjson('x')",
    "read_ndjson_objects('x')",
    "read_parquet('x')",
    "read_duckdb('x')",
    "parquet_scan('x')",
    "parquet_metadata('x')",
    "parquet_schema('x')",
    "parquet_file_metadata('x')",
    "parquet_full_metadata('x')",
    "parquet_kv_metadata('x')",
    "parquet_bloom_probe('x', 'a', 1)",
    "sniff_csv('/etc/passwd')",
    "glob('/*')",
    "glob('/etc/*')",
    "query('SELECT 1')",
    "query_table('processed.sensors')",
    "query_table(['processed.sensors'])",
    "json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "duckdb_settings()",
    "duckdb_secrets()",
    "duckdb_tables()",
    "duckdb_views()",
    "duckdb_databases()",
    "duckdb_functions()",
    "duckdb_extensions()",
    "duckdb_temporary_files()",
    "duckdb_variables()",
    "duckdb_logs()",
    "duckdb_external_file_cache()",
    "pragma_table_info('x')",
    "pragma_database_size()",
    "pragma_storage_info('x')",
    "pragma_show('x')",
    "pragma_version()",
    "pragma_user_agent()",
    "which_secret('s3://x', 's3')",
    "enable_logging()",
    "enable_profiling()",
    "force_checkpoint()",
    "checkpoint()",
    "truncate_duckdb_logs()",
    "arrow_scan(1, 2, 3)",
    "pandas_scan(1)",
    "python_map_function(1)",
    "seq_scan('x')",
    "test_all_types()",
    "repeat_row(1, num_rows := 10)",
    "histogram(processed.sensors, number)",
    "summary((SELECT 1))",
    "iceberg_scan('x')",
    "sqlite_scan('lake.db', 'usage')",
    "postgres_scan('x', 'y', 'z')",
    "st_read('x')",
    "delta_scan('x')",
    "icu_calendar_names()",
    "pg_timezone_names()",
]
CATALOGUE = [
    "information_schema.tables",
    "information_schema.columns",
    "pg_catalog.pg_tables",
    "pg_catalog.pg_class",
    "main.duckdb_tables",
    "duckdb_tables",
    "duckdb_views",
    "duckdb_settings",
    "sqlite_master",
    "sqlite_schema",
    "pragma_database_list",
    "pg_tables",
    "system.main.duckdb_tables",
    "temp.main.x",
    "memory.processed.sensors",
    "main.processed_data",
    "quarantined_rows",
    "recurring.x",
]
FUNCTIONS = [
    "getenv('HOME')",
    "GETENV('PATH')",
    "main.getenv('PATH')",
    "current_setting('allowed_directories')",
    "current_setting('temp_directory')",
    "getvariable('x')",
    "nextval('x')",
    "currval('x')",
    "current_query()",
    "current_schemas(true)",
    "txid_current()",
    "version()",
    "write_log('x')",
    "sleep_ms(100000)",
    "pg_sleep(1000)",
    "setseed(0.5)",
    "in_search_path('a', 'b')",
    "has_table_privilege('x', 'y')",
    "json_serialize_plan('SELECT 1')",
    "json_deserialize_sql('{}')",
    "stats(1)",
    "pg_get_viewdef(1)",
    "col_description(1, 2)",
    "inet_client_addr()",
]
WRAPPINGS = [
    "SELECT * FROM {}",
    "FROM {}",
    "SELECT (SELECT count(*) FROM {})",
    "WITH a AS (SELECT * FROM {}) SELECT * FROM a",
    "SELECT 1 UNION ALL SELECT 1 FROM {}",
    "SELECT * FROM processed.sensors s JOIN {} x ON true",
    "SELECT * FROM (SELECT * FROM (SELECT * FROM {}))",
    "SELECT * FROM processed.sensors WHERE EXISTS (FROM {})",
    "WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM {}) SELECT * FROM r",
    "SELECT * FROM range(1), LATERAL (SELECT * FROM {})",
    "SELECT list_transform([1], x -> (SELECT count(*) FROM {}))",
    "SELECT * FROM processed.sensors ORDER BY (SELECT count(*) FROM {})",
    "SELECT * FROM processed.sensors LIMIT (SELECT count(*) FROM {})",
    "SELECT count(*) FILTER (WHERE (SELECT count(*) FROM {}) > 0) FROM processed.sensors",
    "SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM {}))",
    "SELECT * FROM processed.sensors QUALIFY row_number() OVER () < (SELECT count(*) FROM {})",
    "VALUES ((SELECT count(*) FROM {}))",
    "SELECT DISTINCT ON ((SELECT count(*) FROM {})) 1",
    "SELECT CASE WHEN true THEN (SELECT count(*) FROM {}) END",
    "SELECT * REPLACE ((SELECT count(*) FROM {}) AS id) FROM processed.sensors",
    "FROM {} PIVOT (count(*) FOR a IN (1))",
    "FROM {} UNPIVOT (v FOR n IN (a))",
    "FROM {} TABLESAMPLE 10%",
    "SELECT 1 GROUP BY (SELECT count(*) FROM {})",
    "SELECT 1 HAVING (SELECT count(*) FROM {}) > 0",
]


def refused(ask: Any, sql: str) -> HeadwaterError:
    with pytest.raises((Invalid, Missing)) as raised:
        ask(sql)
    assert raised.value.message
    return raised.value


@pytest.mark.parametrize("sql", WRITES)
def test_all_but_one_select_is_refused(ask: Any, sql: str) -> None:
    refused(ask, sql)


@pytest.mark.parametrize("name", FILES)
def test_files_are_not_tables(ask: Any, name: str) -> None:
    refused(ask, f"SELECT * FROM {name}")


@pytest.mark.parametrize("function", TABLE_FUNCTIONS)
def test_table_functions_are_refused_by_name(ask: Any, function: str) -> None:
    said = str(refused(ask, f"SELECT * FROM {function}"))

    assert "not allowed" in said or "refused" in said or "cannot be parsed" in said


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_engines_own_tables_are_out_of_reach(ask: Any, name: str) -> None:
    refused(ask, f"SELECT * FROM {name}")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_that_reach_beyond_tables_are_refused(ask: Any, function: str) -> None:
    assert "reaches beyond tables" in str(refused(ask, f"SELECT {function}"))


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("what", ["read_text('/etc/passwd')", "'/etc/passwd'", "duckdb_tables"])
def test_nesting_hides_nothing(ask: Any, wrapping: str, what: str) -> None:
    said = str(refused(ask, wrapping.format(what)))

    assert "root:" not in said


@pytest.mark.parametrize("wrapping", WRAPPINGS[4:16])
def test_nested_functions_are_found(ask: Any, wrapping: str) -> None:
    refused(ask, wrapping.format("(SELECT getenv('PATH'))"))


@pytest.mark.parametrize(
    "sql",
    [
        # A name of a common table expression is known after it and in its own query only.
        "WITH duckdb_tables AS (SELECT * FROM duckdb_tables) SELECT * FROM duckdb_tables",
        "WITH a AS (SELECT * FROM sqlite_master), sqlite_master AS (SELECT 1) SELECT * FROM a",
        "SELECT (WITH duckdb_views AS (SELECT 1) SELECT 1) FROM duckdb_views",
        "SELECT * FROM (WITH pg_tables AS (SELECT 1) FROM pg_tables), pg_tables",
        "(WITH duckdb_views AS (SELECT 1) SELECT 1) UNION ALL SELECT 1 FROM duckdb_views",
        'WITH "x.parquet" AS (SELECT 1) SELECT 1 UNION ALL (SELECT * FROM y."x.parquet")',
    ],
)
def test_names_of_expressions_do_not_hide_the_engines_tables(ask: Any, sql: str) -> None:
    refused(ask, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM a) SELECT x FROM b",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 1) FROM r",
        "SELECT unnest([1])",
        "SELECT * FROM unnest([1])",
        "SELECT count(*) FROM range(1)",
        "VALUES (1)",
        "SELECT 1 UNION SELECT 1",
        "(SELECT 1)",
        "SELECT 1 ;",
        "SELECT 1 -- it's fine; DROP TABLE x",
        "WITH processed_data AS (SELECT 1 FROM processed_data LIMIT 1) FROM processed_data",
        "SELECT count(*) - 2 FROM PROCESSED.SENSORS",
        "SELECT number FROM processed.sensors s WHERE s.number = 1",
        "SELECT 1 FROM processed.sensors TABLESAMPLE 100% LIMIT 1",
        "SELECT (data->>'number')::INT FROM raw.sensors WHERE id = 'sensors0'",
        "SELECT CASE WHEN 'a' = 'a' THEN 1 END",
    ],
)
def test_honest_statements_get_through(ask: Any, sql: str) -> None:
    assert ask(sql) == [[1]]


def test_deep_nesting_is_an_error_and_no_crash(ask: Any) -> None:
    for deep in ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT " + "-" * 1 + "- 1+" * 20_000):
        with suppress(Invalid):
            ask(deep)
    refused(ask, "SELECT " + " + ".join(["1"] * 20_000))

    assert ask("SELECT 1") == [[1]]


def test_long_lists_are_fine_and_longer_texts_are_not(ask: Any) -> None:
    values = ", ".join(map(str, range(20_000)))
    assert ask(f"SELECT count(*) FROM range(5) t(i) WHERE i IN ({values})") == [[5]]
    refused(ask, f"SELECT '{'x' * 1_000_000}'")
