"""The pipeline that the lake ships: a CSV or JSON file, cleaned and checked, into a source."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import IO, Final

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
_REST: Final = "\0 more fields than the header"
_NOTHING: Final = frozenset(("", "na", "n/a", "null", "none", "nan"))


@file_to_source.extract
def extract(context: StageContext) -> Iterator[Record]:
    """Read the records of the file; the types of a CSV file's columns are found in its values."""
    path = context.file(str(context.parameters["file"]))
    context.reads(DatasetInfo(namespace="file", name=str(path)))
    name = path.name.removesuffix(".gz")
    with _opened(path) as stream:
        if name.endswith(".csv"):
            yield from _rows(context, stream)
        elif name.endswith(".json"):
            found = json.load(stream)
            yield from found if isinstance(found, list) else [found]
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


def _rows(context: StageContext, stream: IO[str]) -> Iterator[Record]:
    """Yield the rows of a CSV file; one with more fields than the header has no names for them."""
    for row in csv.DictReader(stream, restkey=_REST):
        surplus = row.pop(_REST, None)
        if surplus is None:
            yield row
        else:
            context.reject(row, f"it has {len(surplus)} fields more than the header")


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
