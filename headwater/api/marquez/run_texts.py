"""Many runs in Marquez's JSON, written as text: what runs share is written once.

`shapes.run_json` says the same of one run; tests hold that they agree to the byte.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from headwater.api.marquez.arguments import arguments_of
from headwater.api.marquez.route import json_bytes, strict
from headwater.api.marquez.shapes import FullNames
from headwater.lineage.reading.rows import moment_of, moment_of_key
from headwater.lineage.reading.run_batches import RunBatch, StoredRun
from headwater.lineage.reading.runs import STATES
from headwater.lineage.reading.versions import bytes_of, job_version, version_of
from headwater.model.lineage import Facets, Moment
from headwater.query.lineage.schemas import said_by
from headwater.wire.openlineage.run_ids import uuid_text

_INPUT = 0
_OUTPUT = 1


class _Said(NamedTuple):
    """What the facets of a run say, as JSON."""

    nominal: str
    args: str
    facets: str


class _Dataset(NamedTuple):
    """A dataset as far as the texts of its versions are the same."""

    head: str
    named: bytes


class RunTexts:
    """Writes the runs of one batch."""

    def __init__(self, batch: RunBatch, full: FullNames) -> None:
        self._batch = batch
        self._full = full
        self._sets: dict[int, _Said] = {}
        self._members: dict[tuple[str, bytes], str] = {}
        self._versions: dict[tuple[int, bytes], str] = {}
        self._datasets: dict[int, _Dataset] = {}
        self._times: dict[Moment, str] = {}

    def of(self, job: int) -> list[msgspec.Raw]:
        """Return the runs of a job, the newest first."""
        return [msgspec.Raw(self._written(run)) for run in self._batch.runs.get(job, ())]

    def latest_id(self, job: int) -> str | None:
        """Return the id of the newest run of a job."""
        runs = self._batch.runs.get(job)
        return uuid_text(runs[0].uuid) if runs else None

    def _written(self, run: StoredRun) -> str:
        started, ended = run.started_us, run.ended_us
        took = "null" if started is None or ended is None else (ended - started) // 1000
        created = updated = self._time(moment_of_key(run.first_key))
        if run.last_key[:9] != run.first_key[:9]:
            updated = self._time(moment_of_key(run.last_key))
        nominal, args, facets = self._said(run)
        return (
            f'{{"id":"{uuid_text(run.uuid)}","createdAt":{created},"updatedAt":{updated},'
            f'{nominal},"state":"{STATES[run.state]}","startedAt":{self._time(moment_of(started))},'
            f'"endedAt":{self._time(moment_of(ended))},"durationMs":{took},"args":{args},'
            f'"jobVersion":{self._version(run)},'
            f'"inputDatasetVersions":[{self._side(run, _INPUT)}],'
            f'"outputDatasetVersions":[{self._side(run, _OUTPUT)}],"facets":{facets}}}'
        )

    def _time(self, moment: Moment | None) -> str:
        """Write a time; those of a run are mostly the same."""
        if moment is None:
            return "null"
        text = self._times.get(moment)
        if text is None:
            text = self._times[moment] = f'"{moment.to_text()}"'
        return text

    def _said(self, run: StoredRun) -> _Said:
        if run.key in self._batch.apart:
            return self._said_in(self._batch.facets(run))
        said = self._sets.get(run.facet_set)
        if said is None:
            said = self._sets[run.facet_set] = self._said_in(self._batch.facets(run))
        return said

    def _said_in(self, facets: Facets) -> _Said:
        times = ["null", "null"]
        if "nominalTime" in facets:
            nominal = said_by(facets, "nominalTime")
            times = [_text(nominal.get(name)) for name in ("nominalStartTime", "nominalEndTime")]
        args = arguments_of(facets)
        return _Said(
            nominal=f'"nominalStartTime":{times[0]},"nominalEndTime":{times[1]}',
            args=_text(args) if args else "{}",
            facets=self._facets(facets),
        )

    def _facets(self, facets: Facets) -> str:
        """Write facets; a body that many runs share is written once."""
        members = []
        for member in facets.items():
            text = self._members.get(member)
            if text is None:
                name, body = member
                text = self._members[member] = f"{_text(name)}:{strict(body).decode()}"
            members.append(text)
        return f"{{{','.join(members)}}}"

    def _version(self, run: StoredRun) -> str:
        if run.io_hash is None:
            return "null"
        same = (run.job, run.io_hash)
        text = self._versions.get(same)
        if text is None:
            job, names, datasets = self._full[run.job], self._batch.names, self._batch.datasets
            inputs, outputs = (
                [names[key] for key in datasets.get((run.key, side), ())]
                for side in (_INPUT, _OUTPUT)
            )
            version = job_version(self._batch.jobs[run.job], inputs, outputs)
            text = _text({"namespace": job.namespace, "name": job.name, "version": version})
            self._versions[same] = text
        return text

    def _side(self, run: StoredRun, direction: int) -> str:
        datasets = self._batch.datasets.get((run.key, direction))
        if not datasets:
            return ""
        uses = []
        writers, said_of = self._batch.writers, self._batch.said
        for key in datasets:
            writer = run.uuid if direction else writers.get((run.key, key)) if writers else None
            head, named = self._datasets.get(key) or self._dataset(key)
            said = said_of.get((run.key, direction, key)) if said_of else None
            facets = "{}" if said is None else self._facets(said)
            uses.append(f'{head}{version_of(named, writer)}"}},"facets":{facets}}}')
        return ",".join(uses)

    def _dataset(self, key: int) -> _Dataset:
        name = self._batch.names[key]
        text = _text({"namespace": name.namespace, "name": name.name})
        found = _Dataset(f'{{"datasetVersionId":{text[:-1]},"version":"', bytes_of(name))
        self._datasets[key] = found
        return found


def _text(value: object) -> str:
    return json_bytes(value).decode()
