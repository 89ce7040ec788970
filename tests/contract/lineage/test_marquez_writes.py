"""Any order of applying a log gives the same dump, whatever clients of Marquez wrote into it."""

from __future__ import annotations

import json
import random
from contextlib import closing
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from headwater.api.application import create_application
from headwater.api.marquez.writes import marquez_writes_router
from headwater.app.inside import inside_exchange
from headwater.clock import ManualClock
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor
from headwater.lineage.reading.view import LineageReads
from tests.lineage.replay import apply_again
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
SPACE = "/api/v1/namespaces/ns"
RUNS = [f"01a1fb67-1800-7de6-80de-0d1c32a0395{digit}" for digit in "ab"]

names = st.sampled_from(["a", "b"])
tags = st.sampled_from(["PII", "gold"])
runs = st.sampled_from(RUNS)
texts = st.none() | st.sampled_from(["one", "two"])
times = st.none() | st.builds("2026-11-{:02d}T05:00:00Z".format, st.integers(1, 20))
places = st.lists(st.builds(lambda name: {"namespace": "ns", "name": name}, names), max_size=2)


def request(method, path, **members):
    return st.tuples(st.just(method), path, st.fixed_dictionaries(members))


def at(path):
    """Add the time that a transition names, or none."""
    return st.builds(lambda to, time: f"{to}?at={time}" if time else to, path, times)


fields = st.lists(
    st.fixed_dictionaries({"name": names, "type": texts, "tags": st.lists(tags, max_size=1)}),
    max_size=2,
)
requests = st.one_of(
    request("PUT", st.just(SPACE), ownerName=st.sampled_from(["x", "y"]), description=texts),
    request(
        "PUT",
        st.just("/api/v1/sources/db"),
        type=st.just("POSTGRESQL"),
        connectionUrl=st.sampled_from(["db:1", "db:2"]),
    ),
    request("PUT", st.builds("/api/v1/tags/{}".format, tags), description=texts),
    request(
        "PUT",
        st.builds(f"{SPACE}/datasets/{{}}".format, names),
        type=st.just("DB_TABLE"),
        physicalName=names,
        sourceName=st.just("db"),
        fields=fields,
        tags=st.lists(tags, max_size=1),
        description=texts,
        runId=st.none() | runs,
    ),
    request(
        "PUT",
        st.builds(f"{SPACE}/jobs/{{}}".format, names),
        type=st.just("BATCH"),
        inputs=places,
        outputs=places,
        location=texts,
        description=texts,
        runId=st.none() | runs,
    ),
    request("POST", st.builds(f"{SPACE}/jobs/{{}}/runs".format, names), id=runs),
    request(
        "POST",
        at(
            st.builds(
                "/api/v1/jobs/runs/{}/{}".format,
                runs,
                st.sampled_from(["start", "complete", "fail", "abort"]),
            )
        ),
    ),
    request("POST", st.builds(f"{SPACE}/datasets/{{}}/tags/{{}}".format, names, tags)),
    request("DELETE", st.builds(f"{SPACE}/datasets/{{}}/tags/{{}}".format, names, tags)),
    request(
        "DELETE",
        st.builds(f"{SPACE}/{{}}/{{}}".format, st.sampled_from(["jobs", "datasets"]), names),
    ),
    request("DELETE", st.just(SPACE)),
)
FIRST = [
    ("PUT", SPACE, {"ownerName": "x"}),
    ("PUT", "/api/v1/sources/db", {"type": "POSTGRESQL", "connectionUrl": "db:0"}),
    *(
        (
            "PUT",
            f"{SPACE}/datasets/{name}",
            {"type": "DB_TABLE", "physicalName": name, "sourceName": "db"},
        )
        for name in "ab"
    ),
    ("PUT", f"{SPACE}/jobs/a", {"type": "BATCH", "inputs": [], "outputs": []}),
    ("POST", f"{SPACE}/jobs/a/runs", {"id": RUNS[0]}),
]


@given(asked=st.lists(requests, min_size=2, max_size=12), seed=st.integers())
@gives_back
def test_order_of_applying_what_clients_of_marquez_wrote_does_not_matter(
    lineage_backend, asked, seed
):
    log = lineage_backend.open()
    with closing(EventDoor(log, clock=ManualClock(NOW))) as door:
        router = marquez_writes_router(LineageReads(log.engine), door)
        ask = inside_exchange(create_application(access=OwnerAccess(), routers=[router], hot=[]))
        for number, (method, target, members) in enumerate([*FIRST, *asked]):
            body = json.dumps(members).encode() if members else b""
            reply = ask(method, target, body, {"content-type": "application/json"})
            assert reply.status < (300 if number < len(FIRST) else 500), (target, reply.body)
    expected = log.dump()
    apply_again(log, random.Random(seed))
    assert log.dump() == expected
    log.rebuild()
    assert log.dump() == expected
