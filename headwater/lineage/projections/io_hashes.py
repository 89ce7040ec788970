"""Hashes of what runs read and wrote: runs of a job with one hash have one job version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

from headwater.database.session import Session
from headwater.lineage.names import to_bytes
from headwater.lineage.projections.run_drafts import Place
from headwater.wire.openlineage.recent import Recent

_NAMES_ENTRIES: Final = 20_000
_HASH_ENTRIES: Final = 5_000
_NAMES: Final = (
    "SELECT d.id, n.name, d.name FROM dataset d JOIN namespace n ON n.id = d.namespace_id"
    " WHERE d.id IN ({keys})"
)


class IoHashes:
    """Makes hashes of inputs and outputs by their names; remembers names and hashes by row id."""

    def __init__(self) -> None:
        self._names: Recent[int, tuple[bytes, bytes]] = Recent(_NAMES_ENTRIES)
        self._hashes: Recent[tuple[Place, ...], bytes] = Recent(_HASH_ENTRIES)

    def forget(self) -> None:
        """Drop everything remembered, before a rebuild."""
        self._names.clear()
        self._hashes.clear()

    def learn(self, dataset: int, namespace: str, name: str) -> None:
        """Take the name of a dataset."""
        self._names.put(dataset, (to_bytes(namespace), to_bytes(name)))

    def of(self, session: Session, live: Mapping[int, Iterable[Place]]) -> dict[int, bytes]:
        """Return a hash for each run, given its live inputs and outputs."""
        found: dict[int, bytes] = {}
        unknown: dict[int, tuple[Place, ...]] = {}
        for run, io in live.items():
            places = tuple(sorted(io))
            known = self._hashes.get(places)
            if known is None:
                unknown[run] = places
            else:
                found[run] = known
        if unknown:
            names = self._look_up(session, {place[0] for io in unknown.values() for place in io})
            for run, places in unknown.items():
                named = sorted((direction, *names[dataset]) for dataset, direction in places)
                found[run] = _hash_of(named)
                self._hashes.put(places, found[run])
        return found

    def _look_up(self, session: Session, datasets: Iterable[int]) -> dict[int, tuple[bytes, bytes]]:
        names: dict[int, tuple[bytes, bytes]] = {}
        missing: list[int] = []
        for dataset in datasets:
            known = self._names.get(dataset)
            if known is None:
                missing.append(dataset)
            else:
                names[dataset] = known
        for dataset, namespace, name in session.rows_in(_NAMES, missing):
            names[dataset] = (namespace, name)
            self._names.put(dataset, names[dataset])
        return names


def _hash_of(names: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    digest = blake2b(digest_size=16)
    for direction, namespace, name in names:
        for part in (namespace, name):
            digest.update(bytes((direction,)) + len(part).to_bytes(8, "big") + part)
    return digest.digest()
