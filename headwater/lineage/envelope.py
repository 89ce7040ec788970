"""Events as the log keeps them, facets taken out, and how they become whole again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from headwater.wire.openlineage.canonical import decode, encode
from headwater.wire.openlineage.event import Event, Facet

_MAPS: Final = ("facets", "inputFacets", "outputFacets")

# What most events have in common, the likeliest last. Part of the file format: never changed; a
# better one gets the next mark.
_DICTIONARY: Final = (
    b'"symlinks":"storage":"catalog":"version":"ownership":"tags":"documentation":'
    b'"lifecycleStateChange":"columnLineage":"datasetType":"outputStatistics":"inputStatistics":'
    b'"dataQualityMetrics":"dataQualityAssertions":"icebergScanReport":"icebergCommitReport":'
    b'"namespace":"postgres://bigquery awsathena://snowflake:// warehouse processed curated raw '
    b'"namespace":"arn:aws:glue:us-east-1:"name":"table/"namespace":"s3://"namespace":"file","name":"/'
    b'"sourceCodeLocation":"sourceCode":"sql":"airflow":"nominalTime":"errorMessage":'
    b'"environment-properties":"spark_properties":"spark_applicationDetails":"spark_jobDetails":'
    b'"dbt_version":"dbt_run":"dbt_node_metadata":"externalQuery":"processing_engine":"parent":'
    b'https://github.com/apache/airflow/tree/providers-openlineage/2."schemaURL":'
    b"https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python"
    b"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/dbt"
    b'#/$defs/JobEvent"#/$defs/DatasetEvent","dataset":{"facets":{'
    b'"eventType":"OTHER","eventType":"ABORT","eventType":"FAIL","eventType":"RUNNING",'
    b'{"eventTime":"2026-01-01T00:00:00.000Z","eventType":"START","inputs":[],'
    b'"job":{"facets":{"jobType":1},"name":"","namespace":"default"},"outputs":[],'
    b'"producer":"https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark",'
    b'"run":{"facets":{"processing_engine":2,"spark_properties":3,"parent":4},"runId":"01a1"},'
    b'"schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}'
    b'{"eventTime":"2026-11-21T00:00:00.000000+00:00","eventType":"COMPLETE","inputs":['
    b'{"facets":{"dataSource":1,"schema":2},"name":"","namespace":""},'
    b'{"facets":{"dataSource":1,"schema":2},"inputFacets":{},"name":"","namespace":""}],'
    b'"outputs":[{"facets":{"columnLineage":1,"dataSource":2,"schema":3},"name":"",'
    b'"namespace":"","outputFacets":{"outputStatistics":4}}],'
)
_DEFLATED: Final = b"\x01"
_WINDOW: Final = -12
_MEMORY: Final = 5


def pack(event: Event, id_of: Callable[[Facet], int]) -> bytes:
    """Return the body of an event for the log: canonical JSON, a row id in place of each facet.

    It is deflated with a dictionary, behind a byte that says so, where that makes it smaller.
    """
    plain = event.envelope_with(id_of)
    packer = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=_DICTIONARY)
    packed = _DEFLATED + packer.compress(plain) + packer.flush()
    return packed if len(packed) < len(plain) else plain


def _plain(stored: bytes) -> bytes:
    if stored[:1] != _DEFLATED:
        return stored
    return zlib.decompressobj(_WINDOW, zdict=_DICTIONARY).decompress(stored[1:])


def facet_ids(stored: bytes) -> set[int]:
    """Return the row ids of the facets that a stored body needs."""
    return {int(bytes(m[name])) for m in _facet_maps(decode(_plain(stored))) for name in m}


def unpack(stored: bytes, bodies: Mapping[int, bytes]) -> bytes:
    """Return the whole event as JSON, given the bodies of its facets by row id."""
    tree = decode(_plain(stored))
    for map_ in _facet_maps(tree):
        for name, reference in map_.items():
            map_[name] = msgspec.Raw(bodies[int(bytes(reference))])
    return encode(tree)


def _facet_maps(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for owner, names in _owners(tree):
        for name in names:
            if isinstance(owner.get(name), dict):
                yield owner[name]


def _owners(tree: dict[str, Any]) -> Iterable[tuple[dict[str, Any], tuple[str, ...]]]:
    for name, maps in (("run", ("facets",)), ("job", ("facets",)), ("dataset", _MAPS)):
        if isinstance(tree.get(name), dict):
            yield tree[name], maps
    for name in ("inputs", "outputs"):
        if isinstance(tree.get(name), list):
            yield from ((item, _MAPS) for item in tree[name] if isinstance(item, dict))
