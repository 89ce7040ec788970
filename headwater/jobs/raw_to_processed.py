"""Raw segments become typed tables: one run and one commit per source."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute

from headwater.engine.context import JobContext
from headwater.engine.declaration import JobDeclaration
from headwater.engine.describe import (
    column_lineage_facet,
    describe_output,
    job_facets,
    location_facet,
    measure_output,
    schema_facet,
)
from headwater.engine.messages import Message
from headwater.engine.results import TableResult
from headwater.engine.runs import OpenRun, RunPlan
from headwater.engine.summary import CODE_VERSION, INPUTS, JOB, SCHEMA_VERSION, UNDECLARED
from headwater.errors import Missing, Unavailable
from headwater.jobs.catalog import RAW_TO_PROCESSED
from headwater.jobs.dedupe import Dedupe, Outcome, rule_of
from headwater.jobs.kernel_task import TASK, spec_message
from headwater.jobs.processed_table import declare_processed
from headwater.jobs.record_kernel import RecordSpec
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, SourceSchema
from headwater.lake.writing import write_parquet
from headwater.model.names import table_name
from headwater.model.record import QuarantinedRecord, Segment
from headwater.model.table import Snapshot, Table
from headwater.observe import LogEvent, log
from headwater.sdk import facets
from headwater.sdk.events import InputDataset, OutputDataset
from headwater.version import __version__

pc: Final[Any] = pyarrow.compute  # its stubs know fewer types than it takes

RAW_BOOKMARK: Final = f"{BOOKMARK}.raw"
TASK_BYTES: Final = 16 * 1024 * 1024
"""How much of the raw zone a kernel process takes at once: enough to keep two of them busy."""

_QUARANTINE_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one source has to be processed: its segments since the bookmark."""

    source: str
    segments: tuple[Segment, ...]

    @property
    def job(self) -> str:
        """Return the name of the run's job."""
        return f"{RAW_TO_PROCESSED}.{self.source}"


def find_work(context: JobContext) -> tuple[Work, ...]:
    """Return the sources that have segments past their table's bookmark."""
    until = context.manifest.last_sequence()
    found = []
    for source in context.manifest.sources():
        after = _bookmark(context, source)
        segments = context.manifest.find(source=source, after=after, until=until)
        if segments:
            found.append(Work(source=source, segments=segments))
    return tuple(found)


def _bookmark(context: JobContext, source: str) -> int:
    try:
        table = context.tables.get("processed", source)
    except Missing:
        return 0
    current = current_snapshot(table)
    return 0 if current is None else int(current.summary.get(RAW_BOOKMARK, "0"))


def current_snapshot(table: Table) -> Snapshot | None:
    """Return the snapshot that a table stands at, None when nobody committed to it."""
    return next((one for one in table.snapshots if one.id == table.current_snapshot_id), None)


def run_work(context: JobContext, work: Work, parent: OpenRun, run_id: str) -> TableResult:
    """Process one source in a run of its own; a failure leaves the table as it was."""
    table = table_name("processed", work.source)
    run: OpenRun | None = None
    try:
        schema = context.registry.get(work.source)
        declaration = declare_processed(schema)
        plan = RunPlan(
            job=declaration.name,
            job_facets=job_facets(declaration),
            run_facets=(context.engine,),
            inputs=(_input(context, declaration, work),),
            outputs=(
                OutputDataset(
                    namespace=context.namespace,
                    name=table,
                    facets=(column_lineage_facet(declaration, context.namespace),),
                ),
            ),
            table=("processed", work.source),
        )
        run = context.runs.start(plan, parent=parent, run_id=run_id)
        return _Processing(context, work, schema, declaration, run=run).run()
    except Exception as error:  # noqa: BLE001  # the edge of a run: other sources go on
        log(LogEvent.JOB_FAILED, level=logging.ERROR, job=work.job, reason=str(error))
        if run is None:
            plan = RunPlan(job=work.job, table=("processed", work.source))
            run = context.runs.start(plan, parent=parent, run_id=run_id)
        run.fail(error)
        return TableResult(run_id=run_id, job=work.job, table=table, error=str(error))


def _input(context: JobContext, declaration: JobDeclaration, work: Work) -> InputDataset:
    name = table_name("raw", work.source)
    return InputDataset(
        namespace=context.namespace,
        name=name,
        facets=(
            schema_facet(declaration.inputs[name]),
            facets.version(str(work.segments[-1].sequence)),
            location_facet(context.lake_folder / "raw" / f"source={work.source}"),
        ),
        input_facets=(
            facets.input_statistics(
                row_count=sum(segment.records for segment in work.segments),
                size=sum(segment.size_bytes for segment in work.segments),
                file_count=len(work.segments),
            ),
        ),
    )


class _Processing:
    """One run over one source."""

    def __init__(
        self,
        context: JobContext,
        work: Work,
        schema: SourceSchema,
        declaration: JobDeclaration,
        *,
        run: OpenRun,
    ) -> None:
        self._context = context
        self._work = work
        self._schema = schema
        self._declaration = declaration
        self._run = run
        self._staging = context.staging / run.run_id

    def run(self) -> TableResult:
        context, source = self._context, self._work.source
        table = context.commits.ensure(self._declaration.output)
        self._staging.mkdir(parents=True)
        results, tasks = self._kernel()
        refused = self._quarantine(tasks)
        rows = _read_all(task["rows"] for task in tasks)
        with context.connect() as connection:
            outcome = self._dedupe(connection, table, rows)
            quality = measure_output(connection, self._declaration, outcome.fresh)
        added = self._write(table, outcome)
        outputs = describe_output(
            self._declaration,
            table,
            namespace=context.namespace,
            lineage=column_lineage_facet(self._declaration, context.namespace),
            rows=outcome.fresh.num_rows,
            paths=added,
            quality=quality,
        )
        self._run.prepare(
            (_input(context, self._declaration, self._work),), (outputs, *self._refusals(refused))
        )
        undeclared = sum(one["undeclared"] for one in results)
        change = Change(add=added, remove=outcome.removed, summary=self._summary(undeclared))
        snapshot = context.commits.commit("processed", source, change)
        self._run.committed(snapshot)
        return TableResult(
            run_id=self._run.run_id,
            job=self._run.job,
            table=self._declaration.table,
            rows_in=sum(one["lines"] for one in results),
            rows_out=outcome.fresh.num_rows,
            rows_quarantined=refused,
            snapshot_id=snapshot.id,
        )

    def _kernel(self) -> tuple[list[Message], list[Message]]:
        """Run the kernel over all segments; rows and refusals are in the files of the tasks."""
        spec = spec_message(
            RecordSpec(
                source=self._work.source,
                schema=self._schema.schema,
                columns=self._schema.columns,
                event_time=self._schema.event_time,
                processed_at=self._run.started_at,
            )
        )
        tasks: list[Message] = [
            {
                "spec": spec,
                "parts": parts,
                "rows": str(self._staging / f"rows-{number}.arrow"),
                "refused": str(self._staging / f"refused-{number}.arrow"),
            }
            for number, parts in enumerate(_split(self._context.lake_folder, self._work.segments))
        ]
        return self._context.pool.run(TASK, tasks), tasks

    def _quarantine(self, tasks: Sequence[Message]) -> int:
        refused = _read_all(task["refused"] for task in tasks)
        records = _quarantined(self._work.source, refused)
        while batch := list(islice(records, _QUARANTINE_BATCH)):
            self._context.quarantine.add(batch)
        return int(refused.num_rows)

    def _dedupe(self, connection: Any, table: Table, rows: pa.Table) -> Outcome:
        rule = rule_of(self._schema.dedupe, self._schema.key)
        files = self._context.commits.files("processed", self._work.source)
        if self._is_same_day():
            days = _days(rows)
            files = tuple(file for file in files if days.issuperset(file.partition.values()))
        return Dedupe(connection, rule).apply(rows, table.fields, files)

    def _is_same_day(self) -> bool:
        """Tell whether equal records have equal event days: the time is part of what is equal."""
        versions = self._context.registry.find(self._work.source)
        times = {version.event_time for version in versions}
        return self._schema.dedupe == "hash" and len(times) == 1 and None not in times

    def _write(self, table: Table, outcome: Outcome) -> tuple[str, ...]:
        schema = self._context.commits.arrow_schema("processed", self._work.source)
        rows = [outcome.fresh] if outcome.kept is None else [outcome.fresh, outcome.kept]
        written = [
            write_parquet(each, schema, Path(table.location), day_of="event_ts") for each in rows
        ]
        return tuple(path for paths in written for path in paths)

    def _refusals(self, count: int) -> tuple[OutputDataset, ...]:
        if not count:
            return ()
        return (
            OutputDataset(
                namespace=self._context.namespace,
                name=table_name("quarantine", self._work.source),
                output_facets=(facets.output_statistics(row_count=count),),
            ),
        )

    def _summary(self, undeclared: int) -> dict[str, str]:
        first, last = self._work.segments[0].sequence, self._work.segments[-1].sequence
        return {
            RUN_ID: self._run.run_id,
            JOB: self._run.job,
            INPUTS: f"{table_name('raw', self._work.source)}:{first}-{last}",
            RAW_BOOKMARK: str(last),
            CODE_VERSION: __version__,
            SCHEMA_VERSION: str(self._schema.version),
            UNDECLARED: str(undeclared),
        }


def _split(folder: Path, segments: Iterable[Segment]) -> Iterator[list[Message]]:
    """Yield parts of segments, about as much at a time as one process should take."""
    parts: list[Message] = []
    size = 0
    for segment in segments:
        path = folder / segment.path
        found = path.stat().st_size if path.exists() else -1
        if found != segment.size_bytes:
            raise Unavailable(
                f"the segment {segment.path} has {found} bytes, the manifest says "
                f"{segment.size_bytes}",
                hint="restore the file from a backup, then run the job again",
            )
        for start in range(0, found, TASK_BYTES):
            end = min(start + TASK_BYTES, found)
            part = {"segment": segment.path, "path": str(path), "start": start, "end": end}
            parts.append(part)
            size += end - start
            if size >= TASK_BYTES:
                yield parts
                parts, size = [], 0
    if parts:
        yield parts


def _read_all(paths: Iterable[str]) -> Any:
    """Return the Arrow files as one table, without copying them into memory."""
    tables = [pa.ipc.open_file(pa.memory_map(path)).read_all() for path in paths]
    return pa.concat_tables(tables)


def _quarantined(source: str, refused: Any) -> Iterator[QuarantinedRecord]:
    for batch in refused.to_batches(max_chunksize=_QUARANTINE_BATCH):
        for row in batch.to_pylist():
            yield QuarantinedRecord(
                key=f"{row['segment']}:{row['offset']}",
                source=source,
                stage=RAW_TO_PROCESSED,
                received_at=row["received_at"],
                path=row["path"],
                reason=row["reason"],
                data=row["data"],
            )


def _days(rows: Any) -> set[date]:
    return set(pc.unique(pc.cast(rows.column("event_ts"), pa.date32())).to_pylist())
