"""Where this server answers otherwise than Marquez 0.51.1, on purpose: each row with its reason.

The rows are the table of docs/guides/marquez.md. A row names the fields that it explains, if need
be by what was there and what is there now, and the calls that are answered with another status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_UUID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_RUN: Final = r"/(latestRun|latestRuns/\*|createdByRun)"
_ABSENT: Final = '"<absent>"'


@dataclass(frozen=True, eq=False)
class Difference:
    """A row: what is so here, what Marquez does instead, and where that shows.

    `is_chance` are Marquez's clock and dice, which no server can repeat: an answer that differs
    in nothing else counts as equal.
    """

    here: str
    marquez: str
    fields: str = ""
    was: str = ""
    now: str = ""
    calls: str = ""
    statuses: Mapping[int, int] = field(default_factory=dict)
    is_chance: bool = False

    def explains(self, call: str, path: str, was: Any, now: Any) -> bool:
        """Tell whether the row explains that a field of an answer is `now` and was `was`."""
        return (
            bool(self.fields)
            and re.search(self.calls, call) is not None
            and re.search(self.fields, path) is not None
            and re.search(self.was, json.dumps(was, ensure_ascii=False)) is not None
            and re.search(self.now, json.dumps(now, ensure_ascii=False)) is not None
        )


def _all(status: int, *steps: int) -> dict[int, int]:
    return dict.fromkeys(steps, status)


DIFFERENCES: Final = (
    Difference(
        "version ids are the same wherever they are shown",
        "a random id in one place, a hash in another: what a run shows cannot be looked up",
        r"(ersion|parentJobUuid)$",
        was=f'^"{_UUID}"$',
        now=f'^"{_UUID}"$',
        is_chance=True,
    ),
    Difference(
        "times are event times, not the server's clock",
        "`updatedAt`, and the order of lists, depend on when events arrived",
        r"/(updatedAt|createdAt)$",
        was=r'^"2026-11-21T02:',
        now=r'^"\d{4}-\d\d-\d\dT.*Z"$',
        is_chance=True,
    ),
    Difference(
        "times go from the first event to the last by event time, to the nanosecond",
        "they follow the event that arrived last, to the microsecond",
        r"/(updatedAt|createdAt)$",
        was=r"^\"2026-03-0",
    ),
    Difference(
        "lists are ordered by when things happened, ties by name",
        "by when they were made known, ties by chance",
        r"^/(jobs|datasets|runs|versions)/order$|/latestRuns/order$|^/(jobs|runs)/\*$"
        r"|^/versions/\*/createdByRun$",
    ),
    Difference(
        "what is inside a job, run or dataset is ordered by name",
        "by chance, or as the event had it",
        r"(Versions|inputs|outputs|fields|columnLineage|tags|results)/order$",
    ),
    Difference(
        "a run starts with its first START, whatever came in between or late",
        "every START and RUNNING moves the start; a late START makes a finished run RUNNING",
        r"/(startedAt|endedAt|durationMs|state)$",
    ),
    Difference(
        "nominal times of events are filled in",
        "always null",
        r"/nominal(Start|End)Time$",
        was="^null$",
    ),
    Difference(
        "lists are never null",
        "`latestRuns` is null for a job that never ran, and in the answer to a tag or a delete",
        r"/latestRuns$",
        was="^null$",
        now=r"^\[",
    ),
    Difference("list sizes are in every list", "missing in some", r"/totalCount$", was=_ABSENT),
    Difference(
        "what is written by hand, and by the old calls, is kept as events and facets too",
        "it is in the tables only",
        r"/facets/(marquez_\w+|schema|dataSource|documentation|nominalTime|jobType|ownership"
        r"|sourceCodeLocation)$|^/events/\*$|^/totalCount$",
        was=f"^({_ABSENT}|[0-9]+)$",
    ),
    Difference(
        "the latest run is the job's own, never that of its parent",
        "a child shows its parent's run",
        rf"{_RUN}/(id|args/\w+|jobVersion(/name)?|(in|out)putDatasetVersions/\*)$"
        r"|/currentRunUuid$",
    ),
    Difference(
        "edges show while a run is in flight, and stay when an event names no datasets",
        "edges vanish until the run completes",
        r"/(in|out)puts/\*$|/(in|out)Edges/\*$|/graph/\*$|/(in|out)putDatasetVersions/\*$",
    ),
    Difference(
        "how a column was made is read from the new facet too",
        "only the deprecated members of `columnLineage`",
        r"/transformationType$",
        was="^null$",
    ),
    Difference("`_` in a search means itself", "any one character", r"^/results/\*$|^/totalCount$"),
    Difference(
        "job namespaces are kept as sent",
        "odd characters become `_`; asking that way is understood",
        r"^/name$|^/(namespaces|jobs|results)/\*$",
        was=r"odd_ns|^\"<absent>",
        now=r"odd ns|^\"<absent>",
    ),
    Difference(
        "a dataset keeps the name it was sent with, symlinks never rename or list it",
        "the first writer of a symlink wins, and cannot be undone",
        r"/physicalName$|^/datasets/\*$|^/totalCount$|^/results/\*$",
    ),
    Difference(
        "without a lifecycle facet the state is empty",
        "sometimes empty, sometimes null",
        r"/(lastL|l)ifecycleState$",
        was="^null$",
        now='^""$',
    ),
    Difference(
        "versions of a job that only streams come when it ends",
        "with every event",
        r"^/versions/\*$|/jobVersion$|/currentVersion$",
    ),
    Difference(
        "namespaces are those of events and of commands; `default` is not made up",
        "`default` always exists",
        r"^/namespaces/\*$",
        statuses=_all(404, 2, 7),
    ),
    Difference(
        "a namespace gets the description of the last `PUT`",
        "it keeps the first",
        r"^(/namespaces/\*)?/description$",
    ),
    Difference(
        "tags are those declared or given, `PII` and `SENSITIVE` are not made up",
        "a tag that was ever given stays in the list, two come with the configuration",
        r"^/tags/\*$",
    ),
    Difference(
        "tags of columns stay when a new version comes, and those of datasets are in the graph",
        "lost with the version; never in the graph",
        r"/fields/\*/tags/\*$|/data/tags/\*$|/tags/\*$",
    ),
    Difference(
        "a child job can be tagged", "500", r"/tags/\*$", was=_ABSENT, statuses=_all(200, 356)
    ),
    Difference(
        "the answer to a tag or a delete is the whole job or dataset",
        "run, location and column lineage are missing in it",
        r"/latestRun$|/location$|^/columnLineage$",
        was="^null$",
    ),
    Difference(
        "what wrote a dataset last is not its `lastModifiedAt`",
        "set in the graph only",
        r"/lastModifiedAt$",
    ),
    Difference(
        "events come back as they were sent, duplicates once",
        "times rewritten, without members that Marquez does not know, with nulls for the others",
        r"^/events/\*",
    ),
    Difference(
        "an acknowledgement has a body, with what was off in the event",
        "empty",
        r"^$",
        was="^null$",
        now='^{"status": "ok"',
    ),
    Difference(
        "days of a time zone begin at its midnight, and a week without one is in UTC",
        "local times are labelled as UTC; without a time zone there are none",
        r"^/\*$",
    ),
    Difference(
        "stats count what lists show, when they are asked",
        "what events named first an hour ago, by the server's clock",
        r"^/\*/count$",
    ),
    Difference("texts of errors are plainer", "class names and parser messages", r"^/message$|^$"),
    Difference(
        "errors of events name the field that is off, one by one",
        "all at once, by the names of Java's fields",
        r"^/errors/\*$|^/errors$|^/code$|^/message$",
    ),
    Difference(
        "errors outside of `/api/v1` are problem+json, with a type and a hint",
        "`{code, message}` everywhere",
        r"^/(code|detail|request_id|status|title|type|message)$",
    ),
    Difference(
        "an event is kept when anything of it can be, and what is off is reported",
        "refused for a missing or odd member: it is lost; or half of it is stored, with 500",
        r"/columnLineage$",
        was="^null$",
        statuses={
            **_all(201, 520, 521, 524, 525, 528, 529, 530, 535, 536, 539, 540),
            **_all(201, 544, 545, 546, 547, 548, *range(551, 563), 567, 572),
        },
    ),
    Difference(
        "what cannot be kept is a wrong request, with the place where it is wrong",
        "500, with a body that says 400",
        statuses={**_all(400, 517, 518, 527), **_all(422, 522, 569)},
    ),
    Difference(
        "a namespace may have any name, a source any url",
        "404 or 500; one odd namespace of an event breaks every list of namespaces and jobs",
        statuses=_all(200, 422, 425, 477, 573, 575, 599, 600),
    ),
    Difference(
        "a short job name leads to the full one",
        "404 until its parent was seen, in the graph always",
        statuses={76: 301, 80: 301, 225: 200},
    ),
    Difference(
        "a parent that never ran is in the namespace it was named with",
        "in the namespace of its child",
        r"^/jobs/\*$|^/results/\*$|^/totalCount$",
        statuses=_all(404, 78),
    ),
    Difference("a source without a url is no error", "500", statuses=_all(200, 149, 152)),
    Difference("no facets is 204", "200 with an empty body", r"^$", statuses=_all(204, 191, 192)),
    Difference(
        "what Marquez fails on is a wrong request",
        "500",
        statuses={
            **_all(400, 35, 251, 305, 313, 321, 329, 405, 410, 411, 412, 416, 418, 421, 423),
            **_all(400, 424, 497, 498, 589, 592, 594),
            508: 404,
        },
    ),
    Difference(
        "a version in a node id of the table graph is ignored", "500", statuses=_all(200, 514)
    ),
    Difference(
        "runs upstream are listed",
        "500 for every run that reads",
        statuses=_all(200, 252, 253, 254),
    ),
    Difference(
        "`/api/v2beta/search` needs nothing beside the server",
        "503 without OpenSearch",
        statuses=_all(200, 295, 296),
    ),
    Difference(
        "`/api/v1/events` and `/api/v1/lineage/batch` exist",
        "404, although its own Python client asks for the first",
        statuses=_all(200, 586, 587),
    ),
    Difference("answers are JSON whatever is asked for", "406", statuses=_all(200, 595, 596)),
    Difference("`/` leads to the pages of the server", "404", statuses={480: 307}),
    Difference("HEAD is answered where GET is", "500", statuses={585: 200}),
    Difference("there is no GraphQL", "a beta, on by default", statuses=_all(404, 597, 598)),
    Difference(
        "facets of jobs and datasets stay until they are said again or taken back",
        "they go with the version that had them",
        r"^(/(datasets|jobs)/\*)?/facets/(columnLineage|lifecycleStateChange|sql|symlinks)$",
        was=_ABSENT,
    ),
    Difference(
        "labels and descriptions are those of the latest facets that say any",
        "those of the current version",
        r"/labels/\*$|^(/(datasets|jobs|graph)/\*)(/data)?/description$",
        was=f"^(null|{_ABSENT})$",
    ),
    Difference(
        "columns are those of the latest schema, which is kept as it was sent",
        "those of the current version, without what has no name",
        r"(^(/(datasets|graph)/\*)?(/data)?|/facets/schema)/fields/\*$",
    ),
    Difference(
        "a null inside a facet is kept",
        "left out",
        r"/facets/harbour_custom/depth/nested/\*/a$",
        was=_ABSENT,
        now="^null$",
    ),
    Difference(
        "statistics and metrics of a use stand with the run, and those of who reads it now with"
        " the dataset",
        "with every version of the dataset",
        r"/facets/(dataQualityMetrics|outputStatistics)$",
        now=_ABSENT,
    ),
    Difference(
        "the run in a job's version has its own facets",
        "those of the job",
        r"^/versions/\*/latestRun/facets/\w+$",
    ),
    Difference(
        "the run of a job in the graph has all of its facets",
        "without `parent`",
        r"/data/latestRun/facets/parent$",
        was=_ABSENT,
    ),
    Difference(
        "a version of a dataset says what the run that made it said",
        "what the dataset said when it was made known",
        r"^/versions/\*/(currentSchemaVersion|description|sourceName|fields/\*)$",
    ),
)
