"""The pipeline that the lake ships: a CSV or JSON file, cleaned and checked, into a source."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import IO, Final

from headwater.errors import Malformed, Missing
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.pipeline import Parameter, Pipeline, Record, Records, StageContext

file_to_source: Final = Pipeline(
    "file_to_source",
    description="Reads a CSV or JSON file, cleans and checks it, and sends it to a source.",
    parameters={
        "file": Parameter(description="The file, below the folder of files; .gz is understood."),
        "source": Parameter(description="The source that the records become part of."),
        "required": Parameter(
            default="", description="Columns that every record must have, separated by commas."
        ),
        "output": Parameter(
            default="",
            description="A file, below the same folder, to write the records to as well.",
        ),
    },
)

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_TRUTHS: Final = {"true": True, "false": False}
_QUOTED: Final = re.compile(r'"[^"]*"')
_SEPARATORS: Final = (",", ";", "\t", "|")
_REST: Final = "\0 more fields than the header"
_NOTHING: Final = frozenset(("", "na", "n/a", "null", "none", "nan"))


@file_to_source.extract
def extract(context: StageContext) -> Iterator[Record]:
    """Read the records of the file; the types of a CSV file's columns are found in its values."""
    file = str(context.parameters["file"])
    path = context.file(file)
    if not path.is_file():
        raise Missing(f"there is no file {file!r}", hint=f"it would be {path}")
    context.reads(DatasetInfo(namespace="file", name=str(path)))
    name = path.name.removesuffix(".gz")
    with _told_by_name(file, path), _opened(path) as stream:
        if name.endswith((".csv", ".tsv")):
            yield from _rows(context, stream)
        elif name.endswith(".json"):
            yield from _objects(context, stream)
        else:
            yield from _lines(context, stream)


@file_to_source.transform
def clean(context: StageContext, records: Records) -> Iterator[Record]:
    """Trim texts, turn words for nothing into null, and numbers and truths into their types."""
    for record in records:
        yield {str(name).strip(): _typed(value) for name, value in record.items() if name}


@file_to_source.transform
def validate(context: StageContext, records: Records) -> Iterator[Record]:
    """Leave out records that are empty or lack a required column."""
    required = [name for name in str(context.parameters["required"]).split(",") if name]
    for record in records:
        lacking = [name for name in required if record.get(name) is None]
        if lacking:
            context.reject(record, f"{', '.join(lacking)} is missing")
        elif all(value is None for value in record.values()):
            context.reject(record, "it has no values")
        else:
            yield record


@file_to_source.transform
def enrich(context: StageContext, records: Records) -> Iterator[Record]:
    """Add the file that a record came from, and the run that brought it."""
    file = context.parameters["file"]
    for record in records:
        yield {**record, "source_file": file, "pipeline_run": context.run_id}


@file_to_source.load
def load(context: StageContext, records: Records) -> None:
    """Send the records to their source, and write them to a file where one is asked for."""
    kept = list(records)
    context.send(str(context.parameters["source"]), kept)
    if context.parameters["output"]:
        path = context.file(str(context.parameters["output"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, kept)
        context.writes(DatasetInfo(namespace="file", name=str(path)))


@contextmanager
def _told_by_name(file: str, path: Path) -> Iterator[None]:
    """Say of a file that cannot be read which it is, where, and what to do about it."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise Malformed(
            f"{file!r} is not UTF-8 in line {_line_of_other_text(path):,}",
            hint="write it as UTF-8, for instance: iconv -f LATIN1 -t UTF-8 FILE > NEW",
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Malformed(
            f"{file!r} is not whole gzip: {error}", hint="fetch it again, or drop .gz"
        ) from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno:,}, column {error.colno:,}"
        raise Malformed(
            f"{file!r} is not JSON in {where}: {error.msg}",
            hint="a file with an object on each line is called .ndjson",
        ) from error
    except csv.Error as error:
        raise Malformed(f"{file!r} is not CSV: {error}") from error


def _line_of_other_text(path: Path) -> int:
    """Return the number of the first line that is not UTF-8."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        return next((number for number, line in enumerate(stream, 1) if not _is_utf_8(line)), 1)


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _rows(context: StageContext, stream: IO[str]) -> Iterator[Record]:
    """Yield the rows of a CSV file; one with more fields than the header has no names for them."""
    first = stream.readline()
    bare = _QUOTED.sub("", first)
    separator = max(_SEPARATORS, key=bare.count)
    reader = csv.DictReader(chain([first], stream), restkey=_REST, delimiter=separator)
    named = Counter(name.strip() for name in reader.fieldnames or ())
    for name, times in named.items():
        if name and times > 1:
            raise Malformed(
                f"the header of {context.parameters['file']!r} names the column {name!r} "
                f"{times} times",
                hint="a record has one value of a name: call each column otherwise",
            )
    for row in reader:
        surplus = row.pop(_REST, None)
        if surplus is None:
            yield row
        else:
            fields = "1 field" if len(surplus) == 1 else f"{len(surplus)} fields"
            context.reject(row, f"it has {fields} more than the header")


def _objects(context: StageContext, stream: IO[str]) -> Iterator[Record]:
    """Yield the objects of a JSON document, an array of them or one; other values are left out."""
    found = json.load(stream)
    for place, one in enumerate(found if isinstance(found, list) else [found], 1):
        if isinstance(one, dict):
            yield one
        else:
            context.reject({"place": place, "value": one}, "it is not an object")


def _lines(context: StageContext, stream: IO[str]) -> Iterator[Record]:
    """Yield the objects of a file with one a line; other lines are left out."""
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            context.reject({"line": number, "text": line.rstrip("\n")}, f"it is not JSON: {error}")
            continue
        if isinstance(found, dict):
            yield found
        else:
            context.reject({"line": number, "text": line.rstrip("\n")}, "it is not an object")


def _write(path: Path, records: Records) -> None:
    """Write records as lines; the file is there as a whole, on disk, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(record, default=str, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _typed(value: object) -> object:
    """Return what a text stands for; a number that would not be written so stays text.

    That keeps zeros in front, digits of other scripts, and what is too large for a float.
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() in _NOTHING:
        return None
    if text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    if not _NUMBER.fullmatch(text):
        return text
    if text.removeprefix("-").isdigit():
        return int(text)
    number = float(text)
    return number if isfinite(number) else text
