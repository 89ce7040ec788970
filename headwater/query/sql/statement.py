"""What a statement is and reads, told by DuckDB's own parser, which is the one that will run it.

Another parser could disagree with the engine about a corner of the grammar, and that corner
would be a hole. What is not known to be harmless is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from headwater.errors import Malformed, Unprocessable
from headwater.model.json import JsonObject
from headwater.model.names import ZONES
from headwater.query.sql.functions import TABLE_FUNCTIONS, is_changing, is_refused

MAX_STATEMENT_CHARACTERS: Final = 1_000_000
PROCESSED_DATA: Final = "processed_data"
"""The view that unites the envelope columns of all processed tables."""

_NO_POSITION: Final = 2**64 - 1
_QUERIES: Final = frozenset(("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"))
_SOURCES: Final = frozenset(
    (
        "BASE_TABLE", "CTE", "EMPTY", "EMPTY_FROM", "EXPRESSION_LIST", "JOIN", "PIVOT",
        "SUBQUERY", "TABLE_FUNCTION",
    )
)  # fmt: skip
_PLACES: Final = ("from_table", "left", "right", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SELECT: the tables it reads, the columns it names, whether it always says the same.

    `tables` are as written; `starred` are those of which every column may be read.
    """

    tables: tuple[str, ...]
    starred: frozenset[str]
    columns: frozenset[str]
    is_repeatable: bool

    def columns_of(self, table: str) -> frozenset[str] | None:
        """Return the columns that may be read of a table, in lower case; None is every one."""
        return None if table in self.starred else self.columns


@dataclass(slots=True, eq=False)
class _Select:
    """One SELECT while it is read: its direct tables under their names and aliases."""

    tables: dict[str, set[str]] = field(default_factory=dict)
    has_star: bool = False


_Visible = frozenset[str]


class _Reader:
    """Walks the tree of a statement with the names that are visible at each place."""

    def __init__(self) -> None:
        self.tables: dict[str, None] = {}
        self.columns: set[str] = set()
        self.is_repeatable = True
        self._selects: list[_Select] = []

    def read(self, statement: JsonObject) -> Statement:
        waiting: list[tuple[Any, _Visible, _Select]] = [(statement, frozenset(), _Select())]
        while waiting:
            node, visible, select = waiting.pop()
            if isinstance(node, list):
                waiting.extend((part, visible, select) for part in reversed(node))
            if not isinstance(node, dict):
                continue
            if node.get("type") == "SELECT_NODE":
                select = _Select()
                self._selects.append(select)
            if "cte_map" in node:
                visible = self._read_ctes(node, visible, select, waiting)
            self._read_node(node, visible, select)
            waiting.extend((v, visible, select) for k, v in node.items() if k != "cte_map")
        return Statement(
            tables=tuple(self.tables),
            starred=frozenset(self._starred()),
            columns=frozenset(self.columns),
            is_repeatable=self.is_repeatable,
        )

    def _read_ctes(
        self,
        node: JsonObject,
        visible: _Visible,
        select: _Select,
        waiting: list[tuple[Any, _Visible, _Select]],
    ) -> _Visible:
        """Queue each common table expression with those before it, and return all of them."""
        for entry in (node["cte_map"] or {}).get("map") or ():
            name = str(entry["key"]).lower()
            body = (entry["value"].get("query") or {}).get("node") or {}
            with_this = visible | {name}
            is_recursive = body.get("type") == "RECURSIVE_CTE_NODE"
            waiting.append((entry["value"], with_this if is_recursive else visible, select))
            visible = with_this
        return visible

    def _read_node(self, node: JsonObject, visible: _Visible, select: _Select) -> None:
        _check_places(node)
        if node.get("sample"):
            self.is_repeatable = False
        if node.get("using_columns"):
            self.columns.update(str(name).lower() for name in node["using_columns"])
        match node.get("type"):
            case "BASE_TABLE":
                self._read_table(node, visible, select)
            case "TABLE_FUNCTION":
                _check_table_function(node["function"])
            case "PIVOT":
                select.has_star = True
            case "SHOW_REF":
                raise _refused(
                    "SHOW, DESCRIBE and SUMMARIZE are no SELECT",
                    "`headwater tables` and GET /api/v2/tables answer that",
                )
        if node.get("ref_type") == "NATURAL":
            select.has_star = True
        self._read_expression(node, select)

    def _read_expression(self, node: JsonObject, select: _Select) -> None:
        function = node.get("function_name")
        if isinstance(function, str):
            if is_refused(function.lower()):
                raise _refused(
                    f"the function {function}() reaches beyond tables",
                    "use functions of values only",
                    _position(node),
                )
            if is_changing(function.lower(), len(node.get("children") or ())):
                self.is_repeatable = False
        match node.get("class"):
            case "COLUMN_REF":
                names = [str(name).lower() for name in node["column_names"]]
                self.columns.update(names)
                # `current_date` and its like are written as if they were columns.
                if any(is_changing(name, 0) for name in names):
                    self.is_repeatable = False
            case "STAR":
                select.has_star = True

    def _read_table(self, node: JsonObject, visible: _Visible, select: _Select) -> None:
        schema, name = str(node.get("schema_name") or ""), str(node["table_name"])
        written = f"{schema}.{name}" if schema else name
        if node.get("catalog_name"):
            raise _refused(
                f"{node['catalog_name']}.{written} names a database",
                "name tables as zone.name",
                _position(node),
            )
        if node.get("at_clause"):
            raise _refused("AT is not known", 'give "as_of" beside the statement', _position(node))
        if not schema and name.lower() in visible:
            return
        _check_name(schema, name, _position(node))
        self.tables[written.lower()] = None
        called = {name.lower(), str(node.get("alias") or "").lower()} - {""}
        select.tables.setdefault(written.lower(), set()).update(called)

    def _starred(self) -> set[str]:
        # A column reference that is a table's name or alias stands for the whole row.
        return {
            table
            for select in self._selects
            for table, called in select.tables.items()
            if select.has_star or called & self.columns
        }


def read_statement(connection: Any, sql: str) -> Statement:
    """Parse `sql` and return what it is; raises for all but one SELECT over tables."""
    if len(sql) > MAX_STATEMENT_CHARACTERS:
        raise Unprocessable(
            f"the statement has {len(sql)} characters, more than {MAX_STATEMENT_CHARACTERS}",
            path="/sql",
        )
    if "\0" in sql:
        raise Malformed("the statement holds a NUL character", path="/sql", offset=sql.index("\0"))
    (text,) = connection.execute(
        "SELECT json_serialize_sql(?::VARCHAR, skip_null := true)", [sql]
    ).fetchone()
    document: JsonObject = json.loads(text)
    if document.get("error"):
        raise _parse_error(document)
    statements = document["statements"]
    if len(statements) != 1:
        counted = f"there are {len(statements)} statements" if statements else "it is empty"
        raise _refused(counted, "send exactly one SELECT")
    if statements[0].get("named_param_map"):
        raise _refused("it has parameters", "write the values into the statement")
    return _Reader().read(statements[0])


def _parse_error(document: JsonObject) -> Unprocessable | Malformed:
    said = document.get("error_message", "")
    if document.get("error_type") == "not implemented":
        return _refused("it is not a SELECT", "only reading is allowed: send one SELECT")
    position = document.get("position")
    return Malformed(
        f"the statement cannot be parsed: {said}",
        path="/sql",
        offset=None if position is None else int(position),
    )


def _check_places(node: JsonObject) -> None:
    """Refuse kinds of sources and queries that this code does not know."""
    for place in _PLACES:
        inner = node.get(place)
        if not isinstance(inner, dict) or "class" in inner or "type" not in inner:
            continue
        kind = str(inner["type"])
        if kind not in _SOURCES and kind not in _QUERIES and kind != "SHOW_REF":
            raise _refused(f"{kind} is not allowed", "read tables, sub-queries and VALUES")


def _check_name(schema: str, name: str, position: int | None) -> None:
    """Refuse names that DuckDB would take for a file or a table of its own."""
    if any(character in "./\\:*?[]'" for character in name):
        raise _refused(f"{name!r} looks like a file", "tables are named zone.name", position)
    if schema and schema.lower() not in ZONES:
        raise _refused(
            f"there is no zone {schema!r}", f"the zones are {', '.join(ZONES)}", position
        )


def _check_table_function(function: JsonObject) -> None:
    name = str(function.get("function_name", "")).lower()
    if name not in TABLE_FUNCTIONS:
        raise _refused(
            f"the table function {name}() is not allowed",
            f"only {', '.join(sorted(TABLE_FUNCTIONS))} are; tables are named zone.name",
            _position(function),
        )


def _position(node: JsonObject) -> int | None:
    position = node.get("query_location")
    return position if isinstance(position, int) and position < _NO_POSITION else None


def _refused(what: str, hint: str, position: int | None = None) -> Unprocessable:
    details = {} if position is None else {"position": position}
    return Unprocessable(
        f"the statement is refused: {what}", path="/sql", hint=hint, details=details
    )
