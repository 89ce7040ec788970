"""The recorded answers of Marquez 0.51.1, asked again of this server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "marquez.md"


@dataclass(frozen=True)
class Difference:
    """A reason, and the paths of the fields that it explains."""

    reason: str
    paths: str

    def explains(self, path: str) -> bool:
        return re.search(self.paths, path) is not None


DIFFERENCES = (
    Difference(
        "version ids are the same wherever they are shown",
        r"(/version|/currentVersion|/datasetVersion|/jobVersion/version|parentJobUuid)$"
        r"|/versions/-/id/version$|#",
    ),
    Difference(
        "times are event times, not the server's clock", r"/(updatedAt|createdAt)$|/jobs/-$"
    ),
    Difference(
        "a run starts with its first START, whatever came in between or late",
        r"/(startedAt|endedAt|durationMs|state)$",
    ),
    Difference("nominal times of events are filled in", r"/nominal(Start|End)Time$"),
    Difference("lists are never null", r"/latestRuns$"),
    Difference("list sizes are in every list", r"/totalCount$"),
    Difference(
        "the latest of each facet, not those of the current version",
        r"/facets/|/labels/-$|/description$|/fields/-$|/currentSchemaVersion$",
    ),
    Difference(
        "the latest run is the job's own, never that of its parent",
        r"/latestRun/(id|args/|jobVersion|(in|out)putDatasetVersions/-$)|/currentRunUuid$"
        r"|/latestRuns/-/((in|out)putDatasetVersions/-$|jobVersion$)",
    ),
    Difference(
        "edges show while a run is in flight, and stay when an event names no datasets",
        r"/(in|out)puts/-$|/(in|out)Edges/-$|/graph/-$",
    ),
    Difference("how a column was made is read from the new facet too", r"/transformationType$"),
    Difference(
        "a dataset keeps the name it was sent with, symlinks never rename or list it",
        r"/physicalName$|/datasets/-$",
    ),
    Difference("without a lifecycle facet the state is empty", r"/lastLifecycleState$"),
    Difference("versions of a job that only streams come when it ends", r"/versions/-$"),
    Difference("namespaces are those of events; `default` is not made up", r"^/namespaces/-"),
    Difference(
        "tags are those declared or given, `PII` and `SENSITIVE` are not made up", r"^/tags/-$"
    ),
    Difference(
        "tags of columns stay when a new version comes, and those of datasets are in the graph",
        r"/fields/-/tags/-$|/data/tags/-$",
    ),
    Difference(
        "the answer to a tag or a delete is the whole job or dataset",
        r"/latestRun$|/location$|^/columnLineage$",
    ),
    Difference("a run that began again has no version until it ends", r"/jobVersion$"),
    Difference("versions without a lifecycle have an empty state", r"/lifecycleState$"),
    Difference("what wrote a dataset last is not its `lastModifiedAt`", r"/lastModifiedAt$"),
    Difference("runs are listed by when they happened", r"^/runs/-$"),
    Difference("`_` in a search means itself", r"^/results/-$"),
    Difference("texts of errors are plainer", r"^/message$|^$"),
)

STATUSES = {
    "a short job name leads to the full one": {76: 301, 80: 301, 225: 200},
    "a parent that never ran is in the namespace it was named with": {78: 404},
    "job namespaces are kept as sent": {134: 404},
    "a source without a url is no error": {149: 200, 152: 200},
    "no facets is 204": {191: 204, 192: 204},
    "what Marquez fails on is a wrong request": {
        **dict.fromkeys((251, 497, 498), 400),
        **dict.fromkeys((35, 405, 410, 411, 412, 416, 418, 421, 423, 424, 589, 592, 594), 400),
        508: 404,
    },
    "a child job can be tagged": {356: 200},
    "a namespace may have any name, a source any url": {422: 200, 425: 200, 477: 200},
    "a version in a node id of the table graph is ignored": {514: 200},
}

SECTIONS = {
    *("put", "events", "read-lists", "read-detail", "lineage", "column-lineage"),
    *("tags", "legacy", "delete", "errors"),
}
EVENTS = {"events", "tags", "legacy", "delete"}
EXPECTED = {step: status for steps in STATUSES.values() for step, status in steps.items()}


def is_replayed(step: dict[str, Any]) -> bool:
    """Tell whether a recorded call asks for something that is served and in the state loaded."""
    if step["section"] not in SECTIONS or step["path"].startswith("/api/v1-"):
        return False
    if step["method"] != "GET":
        is_event = step["path"].startswith("/api/v1/lineage")
        return not is_event and step["method"] not in ("OPTIONS", "HEAD")
    if step["section"] == "errors":  # Marquez's own mishaps came in between
        return step["step"] <= 516 and step["status"] >= 400 and _is_ours(step["path"])
    return True


def _is_ours(path: str) -> bool:
    return path.startswith("/api/v1/") and "/tags" not in path


def replay(server: Any, transcript: Any) -> Any:
    """Load events and ask in the recorded order; yield (step, answer)."""
    captured: dict[str, str] = {}
    made: dict[str, str] = {}
    for step in transcript:
        if step["section"] in EVENTS and step["path"] == "/api/v1/lineage" and _is_post(step):
            server.post(_body(step))
        elif is_replayed(step):
            query = f"?{_filled(step['query_template'], captured)}" if step["query"] else ""
            target = _filled(step["path_template"], captured) + query
            more = {"content": _body(step), "headers": step["request_headers"] or {}}
            answer = server.send(step["method"], target, **more)
            if answer.status_code in (200, 201):
                for name, value in (step["captures"] or {}).items():
                    captured[name] = _same_place(step["response_body"], answer.json(), value)
                    if _is_post(step):  # an id that either server made up
                        made[value] = captured[name]
            yield {**step, "response_body": _renamed(step["response_body"], made)}, answer


def _renamed(body: Any, made: dict[str, str]) -> Any:
    text = json.dumps(body)
    for theirs, ours in made.items():
        text = text.replace(theirs, ours)
    return json.loads(text)


def _is_post(step: dict[str, Any]) -> bool:
    return bool(step["method"] == "POST")


def _body(step: dict[str, Any]) -> bytes:
    for sent in (step["request_body_raw"], step["request_body"]):
        if isinstance(sent, str):
            return sent.encode()
    sent = step["request_body"]
    return json.dumps(sent).encode() if isinstance(sent, dict | list) else b""


def _filled(template: str, captured: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda m: captured.get(m[1], m[0]), template)


def _same_place(theirs: Any, ours: Any, value: str) -> str:
    """Return what this server says where Marquez said `value`."""
    if theirs == value:
        return str(ours)
    pairs: list[tuple[Any, Any]] = []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        pairs = [(theirs[name], ours.get(name)) for name in theirs]
    elif isinstance(theirs, list) and isinstance(ours, list):
        pairs = list(zip(theirs, ours, strict=False))
    found = (_same_place(a, b, value) for a, b in pairs)
    return next((place for place in found if place), "")


def test_statuses_are_those_of_marquez_but_for_the_table(server: Any, transcript: Any) -> None:
    wrong = {
        step["step"]: (answer.status_code, step["path"], step["query"])
        for step, answer in replay(server, transcript)
        if answer.status_code != EXPECTED.get(step["step"], step["status"])
    }
    assert wrong == {}


def test_fields_are_those_of_marquez_but_for_the_table(server: Any, transcript: Any) -> None:
    unexplained = []
    used = set()
    compared = 0
    for step, answer in replay(server, transcript):
        if answer.status_code != step["status"] or not answer.content:
            continue
        compared += 1
        for path, expected, found in differences(step["response_body"], answer.json()):
            reasons = [d for d in DIFFERENCES if d.explains(path)]
            used.update(reasons[:1])
            if not reasons:
                unexplained.append((step["step"], path, expected, found))
    assert unexplained == []
    assert [d.reason for d in DIFFERENCES if d not in used] == []
    assert compared > 150


def test_events_read_back_as_they_were_sent(server: Any, transcript: Any) -> None:
    sent = []
    for step in transcript:
        if step["section"] == "events" and step["method"] == "POST":
            body = step["request_body_raw"] or json.dumps(step["request_body"])
            server.post(body.encode())
            sent.append(json.loads(body))
    answer = server.get("/api/v1/events/lineage").json()
    runs = [event for event in sent if "run" in event]
    assert answer["totalCount"] == len({json.dumps(e, sort_keys=True) for e in runs})
    assert all(event in runs for event in answer["events"])


def test_every_difference_stands_in_the_guide() -> None:
    guide = GUIDE.read_text()
    reasons = [*(d.reason for d in DIFFERENCES), *STATUSES]
    assert [reason for reason in reasons if reason not in guide] == []


_ABSENT = "<absent>"


def differences(expected: Any, found: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, expected, found) wherever two answers differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            yield from differences(
                expected.get(name, _ABSENT), found.get(name, _ABSENT), f"{path}/{name}"
            )
    elif isinstance(expected, list) and isinstance(found, list):
        left, right = _by_identity(expected), _by_identity(found)
        for key in sorted(left.keys() | right.keys()):
            yield from differences(left.get(key, _ABSENT), right.get(key, _ABSENT), f"{path}/-")
    elif expected != found:
        yield path, expected, found


def _by_identity(items: list[Any]) -> dict[str, Any]:
    return {f"{_identity(item)}": item for item in items}


def _identity(item: Any) -> str:
    if not isinstance(item, dict):
        return json.dumps(item)
    for name in ("datasetVersionId", "id"):
        if isinstance(item.get(name), dict):
            return _identity(item[name])
    if isinstance(item.get("id"), str):
        return str(item["id"])
    if "createdByRun" in item or ("version" in item and "createdAt" in item):
        return str(item["createdAt"])
    names = ("namespace", "name", "dataset", "field", "origin", "destination", "eventTime", "run")
    return json.dumps({name: item[name] for name in names if name in item}, sort_keys=True)
