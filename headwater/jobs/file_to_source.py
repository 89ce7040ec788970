"""The pipeline that the lake ships: a CSV or JSON file, cleaned and checked, into a source."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
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

_TRUTHS: Final = {"true": True, "false": False}
_NOTHING: Final = frozenset(("", "na", "n/a", "null", "none", "nan"))


@file_to_source.extract
def extract(context: StageContext) -> Iterator[Record]:
    """Read the records of the file; the types of a CSV file's columns are found in its values."""
    path = context.file(str(context.parameters["file"]))
    context.reads(DatasetInfo(namespace="file", name=str(path)))
    name = path.name.removesuffix(".gz")
    with _opened(path) as stream:
        if name.endswith(".csv"):
            yield from csv.DictReader(stream)
        elif name.endswith(".json"):
            found = json.load(stream)
            yield from found if isinstance(found, list) else [found]
        else:
            yield from (json.loads(line) for line in stream if line.strip())


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
        lines = (json.dumps(record, default=str, ensure_ascii=False) for record in kept)
        path.write_text("".join(f"{line}\n" for line in lines))
        context.writes(DatasetInfo(namespace="file", name=str(path)))


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _typed(value: object) -> object:
    """Return what a text stands for; a number keeps its zeros in front by staying text."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.lower() in _NOTHING:
        return None
    if text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    digits = text.removeprefix("-")
    if digits[:1].isdigit() and (digits[:1] != "0" or digits in ("0",) or digits[:2] == "0."):
        for number in (int, float):
            try:
                return number(text) if "_" not in text else text
            except ValueError:
                continue
    return text
