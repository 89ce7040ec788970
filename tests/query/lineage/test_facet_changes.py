from __future__ import annotations

import json

from headwater.query.lineage.facet_changes import facet_changes, text_changes


def facets(**bodies):
    return {name: json.dumps(body).encode() for name, body in bodies.items()}


def test_facets_come_go_and_change_by_member():
    before = facets(a={"x": 1, "deep": {"l": [1, 2]}}, gone={})
    after = facets(a={"y": True, "deep": {"l": [1, 3]}}, come={})
    changes = facet_changes(before, after)
    assert [(one.name, one.kind) for one in changes] == [
        ("a", "changed"),
        ("come", "added"),
        ("gone", "removed"),
    ]
    assert [(m.path, m.before, m.after) for m in changes[0].members] == [
        ("/deep/l/1", "2", "3"),
        ("/x", "1", None),
        ("/y", None, "true"),
    ]


def test_another_producer_and_white_space_change_nothing():
    before = {"a": b'{"_producer":"urn:1","_schemaURL":"s","x": 1}'}
    after = {"a": b'{"x":1,"_producer":"urn:2","_schemaURL":"t"}'}
    assert facet_changes(before, after) == []


def test_a_number_is_not_the_string_of_its_digits_and_stays_as_sent():
    (change,) = facet_changes({"a": b'{"n": 12345678901234567890}'}, {"a": b'{"n": "1"}'})
    assert [(m.before, m.after) for m in change.members] == [("12345678901234567890", "1")]
    (change,) = facet_changes({"a": b'{"n": 1}'}, {"a": b'{"n": "1"}'})
    assert len(change.members) == 1


def test_members_are_texts_that_an_answer_can_hold_also_of_numbers_in_lists():
    (change,) = facet_changes({"a": b'{"n": [1, {"x": 1.50}], "m": 2}'}, {"a": b'{"n": 3}'})
    assert [(m.path, m.before, m.after) for m in change.members] == [
        ("/m", "2", None),
        ("/n", '[1,{"x":1.50}]', "3"),
    ]
    assert all(type(text) is str for m in change.members for text in (m.before, m.after) if text)


def test_left_out_names_are_not_compared():
    assert facet_changes(facets(parent=1), facets(parent=2), without={"parent"}) == []


def test_only_so_many_members_are_listed_and_the_rest_counted():
    before, after = ({str(n): value for n in range(80)} for value in (1, 2))
    (change,) = facet_changes(facets(a=before), facets(a=after))
    assert (len(change.members), change.more_members) == (50, 30)


def test_texts_differ_by_words_and_not_by_layout():
    assert text_changes("SELECT  1\nFROM t", "SELECT 1\n\n FROM t ") is None
    told = text_changes("SELECT a\nFROM t", "SELECT b\nFROM t")
    assert told is not None
    assert told.splitlines()[2:] == ["@@ -1,2 +1,2 @@", "-SELECT a", "+SELECT b", " FROM t"]
    assert text_changes(None, None) is None
    assert text_changes(None, "SELECT 1") is not None
