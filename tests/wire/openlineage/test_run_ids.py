"""Vectors from java.util.UUID and Marquez's Utils.findParentRunUuid."""

from __future__ import annotations

import hashlib
import uuid

import pytest

from headwater.wire.openlineage.run_ids import name_uuid, parent_run_uuid, run_uuid

PLAIN = "b051a9c1-70ea-42b2-99e0-608c0b07c3da"


def test_names_become_uuids_as_in_java():
    assert str(uuid.UUID(bytes=name_uuid(b"hello"))) == "5d41402a-bc4b-3a76-b971-9d911017c592"


def test_upper_case_is_the_same_run():
    assert run_uuid(PLAIN.upper()) == run_uuid(PLAIN) == uuid.UUID(PLAIN).bytes


@pytest.mark.parametrize(
    "run_id",
    [f"{{{PLAIN}}}", f"urn:uuid:{PLAIN}", PLAIN.replace("-", ""), "", "manual__2024", "\ud800"],
)
def test_every_other_form_is_hashed_as_marquez_does(run_id):
    digest = hashlib.md5(run_id.encode("utf-8", "surrogatepass")).digest()
    assert run_uuid(run_id) == uuid.UUID(bytes=digest, version=3).bytes


def test_a_parent_is_named_by_its_dag():
    expected = uuid.uuid3(uuid.NAMESPACE_URL, "ns.dag.manual__2024").bytes
    assert parent_run_uuid("ns", "dag.task", "manual__2024") == expected
    assert parent_run_uuid("ns", "dag", "manual__2024") == expected
    assert parent_run_uuid("ns", "dag.task", PLAIN) == uuid.UUID(PLAIN).bytes
