"""Typed tables become summaries and joined sets: whole groups made again where inputs changed."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pyarrow as pa

from headwater.engine.context import JobContext
from headwater.engine.declaration import JobDeclaration, SetStep
from headwater.engine.describe import (
    column_lineage_facet,
    describe_output,
    job_facets,
    location_facet,
    measure_output,
    schema_facet,
)
from headwater.engine.job import Part
from headwater.engine.results import TableResult
from headwater.engine.runs import OpenRun, RunPlan
from headwater.engine.set_step import run_set_step
from headwater.engine.summary import CODE_VERSION, INPUTS, JOB
from headwater.jobs.catalog import PROCESSED_TO_CURATED
from headwater.jobs.curated_tables import GROUPED
from headwater.jobs.grouped_work import GroupedWork, plan_grouped
from headwater.jobs.join_work import JoinWork, plan_join
from headwater.jobs.touched import bookmarks_of, rejected_by_day, source_states
from headwater.lake.contract import RUN_ID, Change
from headwater.lake.writing import cast, write_parquet
from headwater.model.names import split_table_name, table_name
from headwater.observe import LogEvent, log
from headwater.sdk import facets
from headwater.sdk.events import InputDataset, OutputDataset
from headwater.sdk.facets import Facet
from headwater.version import __version__

Work = GroupedWork | JoinWork


def plan_curated(context: JobContext) -> tuple[Part, ...]:
    """Return a part for each curated table whose inputs changed."""
    states = source_states(context)
    if not states:
        return ()
    tally = context.quarantine.tally()
    grouped = (plan_grouped(context, table, states, tally) for table in GROUPED)
    joined = (plan_join(context, join, states) for join in context.settings.joins)
    return tuple(
        partial(run_curated, context, work) for work in (*grouped, *joined) if work is not None
    )


def run_curated(context: JobContext, work: Work, parent: OpenRun, run_id: str) -> TableResult:
    """Make the changed groups of one table again; a failure leaves the table as it was."""
    job = f"{PROCESSED_TO_CURATED}.{work.name}"
    table = table_name("curated", work.name)
    run: OpenRun | None = None
    try:
        declaration = work.declare()
        lineage = column_lineage_facet(declaration, context.namespace)
        output = OutputDataset(namespace=context.namespace, name=table, facets=(lineage,))
        plan = RunPlan(
            job=job,
            job_facets=job_facets(declaration),
            run_facets=(context.engine,),
            inputs=_inputs(context, work, declaration),
            outputs=(output,),
            table=("curated", work.name),
        )
        run = context.runs.start(plan, parent=parent, run_id=run_id)
        return _make(context, work, declaration, run, lineage=lineage)
    except Exception as error:  # noqa: BLE001  # the edge of a run: other tables go on
        log(LogEvent.JOB_FAILED, level=logging.ERROR, job=job, reason=str(error))
        if run is None:
            plan = RunPlan(job=job, table=("curated", work.name))
            run = context.runs.start(plan, parent=parent, run_id=run_id)
        run.fail(error)
        return TableResult(run_id=run_id, job=job, table=table, error=str(error))


def _make(
    context: JobContext, work: Work, declaration: JobDeclaration, run: OpenRun, *, lineage: Facet
) -> TableResult:
    assert isinstance(declaration.step, SetStep)
    table = context.commits.ensure(declaration.output)
    schema = context.commits.arrow_schema("curated", work.name)
    with context.connect() as connection:
        relations = work.relations(connection)
        made = cast(run_set_step(connection, declaration.step.sql, relations), schema)
        quality = measure_output(connection, declaration, made)
        removed, kept = work.keep(connection, table, context.commits.files("curated", work.name))
    rows = made if kept is None else pa.concat_tables([cast(kept, schema), made])
    added = write_parquet(rows, schema, Path(table.location), day_of=declaration.output.day_of)
    output = describe_output(
        declaration,
        table,
        namespace=context.namespace,
        lineage=lineage,
        rows=made.num_rows,
        paths=added,
        quality=quality,
    )
    run.prepare(_inputs(context, work, declaration), (output,))
    change = Change(add=added, remove=removed, summary=_summary(work, run))
    snapshot = context.commits.commit("curated", work.name, change)
    run.committed(snapshot)
    return TableResult(
        run_id=run.run_id,
        job=run.job,
        table=declaration.table,
        rows_in=sum(file.records for files in work.read().values() for file in files),
        rows_out=made.num_rows,
        snapshot_id=snapshot.id,
    )


def _summary(work: Work, run: OpenRun) -> dict[str, str]:
    inputs = (f"{state.table.qualified_name}@{state.snapshot_id}" for state in work.states)
    return {
        RUN_ID: run.run_id,
        JOB: run.job,
        INPUTS: ",".join(inputs),
        CODE_VERSION: __version__,
        **bookmarks_of(work.states),
    }


def _inputs(
    context: JobContext, work: Work, declaration: JobDeclaration
) -> tuple[InputDataset, ...]:
    """Return the inputs as they are read: their version, and how much of them."""
    states = {table_name("processed", state.source): state for state in work.states}
    read = work.read()
    found = []
    for name, columns in declaration.inputs.items():
        about = [schema_facet(columns)]
        if name in states:
            state, files = states[name], read[name]
            about += [
                facets.version(str(state.snapshot_id)),
                location_facet(state.table.location),
            ]
            statistics = facets.input_statistics(
                row_count=sum(file.records for file in files),
                size=sum(file.size_bytes for file in files),
                file_count=len(files),
            )
        else:
            assert isinstance(work, GroupedWork)
            source = split_table_name(name)[1]
            rejected = sum(rejected_by_day(work.tally, source).values())
            statistics = facets.input_statistics(row_count=rejected)
        found.append(
            InputDataset(
                namespace=context.namespace,
                name=name,
                facets=tuple(about),
                input_facets=(statistics,),
            )
        )
    return tuple(found)
