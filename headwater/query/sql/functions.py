"""Which of DuckDB's functions a statement may call, and which answer differently each time."""

from __future__ import annotations

import re
from typing import Final

TABLE_FUNCTIONS: Final = frozenset(("unnest", "generate_series", "range", "json_each", "json_tree"))
"""The only functions that may stand in FROM."""

_REFUSED: Final = re.compile(
    r"(read|write|scan|parquet|sniff|duckdb|pragma|pg|iceberg|sqlite|arrow|pandas|python|force|copy"
    r"|checkpoint|has|inet|test|current|enable|disable|truncate|sleep|setseed|json_execute"
    r"|json_serialize_plan|json_deserialize)_.*"
    r"|glob|getenv|set_config|getvariable|query|query_table|which_secret|nextval|currval|stats"
    r"|txid_current|in_search_path|version|get_block_size|seq_scan|json_execute_serialized_sql"
    r"|json_serialize_plan|json_deserialize_sql|col_description|obj_description"
    r"|shobj_description|add_parquet_key|setseed|session_user|user|histogram_values|summary"
    r"|parse_duckdb_log_message|create_sort_key|get_type|is_histogram_other_bin"
    r"|array_to_string_comma_default|finalize|combine|vector_type|checkpoint"
)
_HARMLESS: Final = frozenset(
    ("pg_typeof", "current_date", "current_time", "current_timestamp", "current_localtime",
     "current_localtimestamp")
)  # fmt: skip
_CHANGING: Final = frozenset(
    (
        "ago", "now", "random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "today",
        "get_current_time", "get_current_timestamp", "transaction_timestamp", "current_date",
        "current_time", "current_timestamp", "localtime", "localtimestamp", "current_localtime",
        "current_localtimestamp", "error",
    )
)  # fmt: skip


def is_refused(name: str) -> bool:
    """Tell whether a function, named in lower case, reads or changes more than its arguments."""
    return name not in _HARMLESS and _REFUSED.fullmatch(name) is not None


def is_changing(name: str, arguments: int) -> bool:
    """Tell whether a function may answer differently the next time."""
    return name in _CHANGING or (name == "age" and arguments == 1)
