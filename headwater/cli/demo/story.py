"""What the demo does, step by step, each through the public API, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from headwater.cli.answers import Answers
from headwater.cli.demo.sources import SOURCES, DemoSource, batches, copy_file, write_ndjson
from headwater.cli.ingest import send_batch
from headwater.clock import SystemClock
from headwater.errors import Conflict, HeadwaterError
from headwater.model.json import JsonObject

JOINED: Final = "curated.flights_weather"
CHECKED_JOB: Final = "processed_to_curated.station_weather"
PIPELINE: Final = "file_to_source"
MOST_WIND: Final = 250
"""No wind at an airport is faster, in miles an hour; the data has one reading that is."""

JOINS: Final = [
    {
        "name": "flights_weather",
        "left": "flights",
        "right": "weather",
        "on": {"origin": "origin", "time_hour": "time_hour"},
        "columns": ["temp", "wind_speed", "precip", "visib"],
    },
    {
        "name": "station_weather",
        "left": "weather",
        "right": "airports",
        "on": {"origin": "faa"},
        "columns": ["name", "lat", "lon"],
        "prefix": "station_",
        "expect": [{"column": "wind_speed", "minimum": 0, "maximum": MOST_WIND}],
    },
]
"""The pre-joined sets that the demo's server is started with."""

QUESTIONS: Final = (
    (
        "Which airlines leave latest, and which cancel most?",
        "SELECT a.name AS airline, count(*) AS flights, round(avg(f.dep_delay), 1) AS minutes_late,"
        " round(100.0 * count(*) FILTER (WHERE f.dep_time IS NULL) / count(*), 1)"
        " AS percent_cancelled"
        " FROM processed.flights f JOIN processed.airlines a USING (carrier)"
        " GROUP BY airline ORDER BY minutes_late DESC LIMIT 5",
    ),
    (
        "Does wind keep aircraft on the ground?",
        "SELECT CASE WHEN wind_speed < 10 THEN 'below 10 mph' WHEN wind_speed < 20"
        " THEN '10 to 20 mph' WHEN wind_speed < 30 THEN '20 to 30 mph' ELSE '30 mph and more' END"
        " AS wind, count(*) AS flights, round(avg(dep_delay), 1) AS minutes_late,"
        " round(100.0 * count(*) FILTER (WHERE dep_time IS NULL) / count(*), 1)"
        f" AS percent_cancelled FROM {JOINED} WHERE wind_speed IS NOT NULL"
        " GROUP BY wind ORDER BY min(wind_speed)",
    ),
    (
        "On which days was it worst?",
        "SELECT day, records AS flights, round(fields['dep_delay'].average, 1) AS minutes_late,"
        " fields['dep_delay'].max AS worst FROM curated.daily_summary"
        " WHERE source = 'flights' ORDER BY minutes_late DESC LIMIT 3",
    ),
)
_CULPRITS: Final = (
    "SELECT origin, time_hour, wind_speed, wind_gust FROM processed.weather"
    f" WHERE wind_speed > {MOST_WIND}"
)
_POLL_SECONDS: Final = 0.1


class Stage(Protocol):
    """Where the audience watches: a bar for what can be counted, a line for what cannot."""

    def bar(self, title: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Show progress; the function takes how much is done."""
        ...

    def busy(self, title: str) -> AbstractContextManager[None]:
        """Show that something runs."""
        ...


@dataclass(slots=True)
class Report:
    """What the demo made, for people and for machines."""

    url: str = ""
    data: str = ""
    records: list[JsonObject] = field(default_factory=list)
    pipeline: JsonObject = field(default_factory=dict)
    tables: list[JsonObject] = field(default_factory=list)
    questions: list[JsonObject] = field(default_factory=list)
    lineage: JsonObject = field(default_factory=dict)
    failed_run: JsonObject = field(default_factory=dict)
    schema_change: JsonObject = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Story:
    """Plays the demo against a server and fills in the report."""

    def __init__(self, answers: Answers, folder: Path, stage: Stage, report: Report) -> None:
        self._answers = answers
        self._folder = folder
        self._stage = stage
        self._report = report
        self._clock = SystemClock()
        self._files: dict[str, Path] = {}

    def play(self) -> None:
        """Tell it all, in order."""
        for name, step in (
            ("prepare", self._prepare),
            ("ingest", self._ingest),
            ("pipeline", self._read_file),
            ("jobs", self._refresh),
            ("failed_run", self._mend_what_failed),
            ("schema_change", self._change_schemas),
            ("questions", self._ask),
            ("lineage", self._trace),
        ):
            started = self._clock.monotonic()
            step()
            self._report.seconds[name] = round(self._clock.monotonic() - started, 2)

    def _prepare(self) -> None:
        with self._stage.busy("Reading a year of flights and weather"):
            for source in SOURCES:
                if not source.is_file:
                    self._files[source.name] = write_ndjson(source, self._folder)
                self._answers.put("/api/v2/schemas", source.schema(), source=source.name)

    def _ingest(self) -> None:
        posted = [source for source in SOURCES if not source.is_file]
        total = sum(1 for source in posted for _ in self._lines(source))
        with self._stage.bar("Posting records over HTTP", total) as advance:
            done = 0
            for source in posted:
                sent = {"source": source.name, "accepted": 0, "rejected": 0}
                for count, body in batches(self._files[source.name]):
                    answer = self._post(source.name, body)
                    sent["accepted"] += answer["accepted"]
                    sent["rejected"] += answer["rejected"]
                    done += count
                    advance(done)
                self._report.records.append(sent)

    def _read_file(self) -> None:
        """Bring a file in by the pipeline that the lake ships."""
        source = next(one for one in SOURCES if one.is_file)
        name = copy_file(source, Path(self._report.data) / "files")
        asked = {"pipeline": PIPELINE, "parameters": {"file": name, "source": source.name}}
        with self._stage.busy(f"Reading {name} by a pipeline"):
            run = self._answers.post("/api/v1/pipeline/run", asked)
            while run["ended_at"] is None:
                self._clock.sleep(_POLL_SECONDS)
                run = self._answers.get(f"/api/v1/pipeline/run/{run['id']}")
        if run["state"] != "COMPLETED":
            raise HeadwaterError(f"the pipeline {PIPELINE} ended {run['state']}: {run['error']}")
        self._report.pipeline = run

    def _refresh(self) -> None:
        with self._stage.busy("Running the jobs: raw to processed to curated"):
            self._run("refresh")

    def _mend_what_failed(self) -> None:
        """Show the run that the data made fail, find the reading, correct it, run again."""
        found = self._answers.get(
            "/api/v2/runs", namespace="headwater", job=CHECKED_JOB, state="FAILED", limit=1
        )["runs"]
        if not found:
            raise HeadwaterError(
                f"no run of {CHECKED_JOB} failed, though one reading is impossible"
            )
        run = self._answers.get(f"/api/v2/runs/{found[0]['id']}")
        culprits = self._answers.post("/api/v2/sql", {"sql": _CULPRITS})
        with self._stage.busy("Correcting the reading and running again"):
            corrected = list(self._corrections())
            answer = self._post("weather", b"\n".join(corrected))
            self._run("refresh")
        self._report.failed_run = {
            "run": run,
            "culprits": culprits,
            "corrected": answer["accepted"],
        }

    def _corrections(self) -> Iterator[bytes]:
        for line in self._lines(_source("weather")):
            if b'"wind_speed":null' in line:
                continue
            reading = json.loads(line)
            if reading["wind_speed"] > MOST_WIND:
                yield json.dumps({**reading, "wind_speed": None}).encode()

    def _change_schemas(self) -> None:
        """Add a field and fill it, then try to narrow one that others are built on."""
        planes, weather = _source("planes"), _source("weather")
        with self._stage.busy("Changing schemas"):
            before = self._columns("processed.planes")
            added = self._answers.put(
                "/api/v2/schemas", planes.schema(with_later=True), source="planes"
            )
            for _, body in batches(self._files["planes"]):
                self._post("planes", body)
            self._run("refresh")
            after = self._columns("processed.planes")
            narrowed = weather.schema()
            narrowed["properties"]["wind_speed"] = {"type": ["integer", "null"]}
            try:
                self._answers.put("/api/v2/schemas", narrowed, source="weather")
            except Conflict as conflict:
                refused = {
                    "detail": conflict.message,
                    "changes": conflict.details.get("changes"),
                    "downstream": conflict.details.get("downstream"),
                }
            else:
                raise HeadwaterError("a schema that narrows a column was accepted")
        self._report.schema_change = {
            "source": "planes",
            "version": added["version"],
            "added": [column for column in after if column not in before],
            "refused": {"source": "weather", **refused},
        }

    def _ask(self) -> None:
        with self._stage.busy("Asking questions"):
            for question, sql in QUESTIONS:
                answer = self._answers.post("/api/v2/sql", {"sql": sql})
                if answer["partial"] or not answer["rows"]:
                    raise HeadwaterError(f"no whole answer to: {sql}")
                self._report.questions.append({"question": question, "sql": sql, **answer})
            self._report.tables = self._answers.get("/api/v2/tables")["tables"]

    def _trace(self) -> None:
        node = f"datasetField:headwater:{JOINED}:wind_speed"
        self._report.lineage = self._answers.get(
            "/api/v2/lineage", node=node, direction="up", level="column", depth=10
        )

    def _columns(self, table: str) -> list[str]:
        found = self._answers.get("/api/v2/tables/schema", table=table)
        return [column["name"] for column in found["columns"]]

    def _post(self, source: str, body: bytes) -> JsonObject:
        return send_batch(self._answers, f"/ingest/{source}", body, "application/x-ndjson")

    def _run(self, job: str) -> JsonObject:
        path = f"/api/v2/jobs/{job}/runs"
        run_id = self._answers.post(path)["run_id"]
        while True:
            found: JsonObject = self._answers.get(f"{path}/{run_id}")
            if found["ended_at"] is not None:
                return found
            self._clock.sleep(_POLL_SECONDS)

    def _lines(self, source: DemoSource) -> Sequence[bytes]:
        return self._files[source.name].read_bytes().splitlines()


def _source(name: str) -> DemoSource:
    return next(source for source in SOURCES if source.name == name)
