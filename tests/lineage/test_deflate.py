from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage import deflate
from headwater.lineage.deflate import EVENT, FACET

DICTIONARIES = {"_EVENT": "efab9cf2fdee5966", "_FACET": "822c77cbad64da0d"}
PACKERS = pytest.mark.parametrize("packer", [EVENT, FACET], ids=["event", "facet"])


@PACKERS
@given(text=st.text(max_size=3000))
def test_every_text_comes_back_as_it_was(packer, text):
    plain = json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert packer.unpack(packer.pack(plain)) == plain
    assert len(packer.pack(plain)) <= len(plain)


@PACKERS
def test_a_text_from_before_there_was_a_dictionary_is_read(packer):
    assert packer.unpack(b'{"a":1}') == b'{"a":1}'


def test_the_dictionaries_are_part_of_the_file_format():
    found = {n: hashlib.sha256(getattr(deflate, n)).hexdigest()[:16] for n in DICTIONARIES}
    assert found == DICTIONARIES


def test_a_store_whose_facets_are_not_packed_reads_and_rebuilds(store):
    facet = {"_producer": "p", "fields": [{"name": f"c{n}", "type": "string"} for n in range(20)]}
    body = {
        "eventTime": "2026-11-21T01:00:00Z",
        "run": {"runId": "r", "facets": {"x": facet}},
        "job": {"namespace": "n", "name": "j"},
    }
    store.take_well(body)
    before = store.log.dump()
    ((packed,),) = store.ask("SELECT body FROM facet")
    plain = FACET.unpack(bytes(packed))
    assert len(packed) < len(plain) / 2
    store.log._database.write(
        lambda session: session.run("UPDATE facet SET body = ?", plain),
        forget=lambda: None,
        patient=True,
    )
    store.log.rebuild()
    assert store.log.dump() == before
    assert [json.loads(event) for event in store.events()] == [body]
