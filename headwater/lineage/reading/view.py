"""The door to all reads of the lineage store: one view is one moment of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine

from headwater.lineage.reading.attempts import Attempts
from headwater.lineage.reading.changes import Changes
from headwater.lineage.reading.columns import Columns
from headwater.lineage.reading.datasets import Datasets
from headwater.lineage.reading.dead_letters import DeadLetters
from headwater.lineage.reading.documents import Documents
from headwater.lineage.reading.edges import Edges
from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.entries import Entries
from headwater.lineage.reading.events import Events
from headwater.lineage.reading.explicit import Explicit
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.families import Families
from headwater.lineage.reading.freshness import Freshness
from headwater.lineage.reading.hidden import Hidden
from headwater.lineage.reading.job_pages import JobPages
from headwater.lineage.reading.jobs import Jobs
from headwater.lineage.reading.lens import NOW, Lens
from headwater.lineage.reading.listing import Listing
from headwater.lineage.reading.log_pages import LogPages
from headwater.lineage.reading.memory import Memory, Recall
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.namespaces import Namespaces, Sources, Tags
from headwater.lineage.reading.node_facts import NodeReads
from headwater.lineage.reading.notes import Notes
from headwater.lineage.reading.outcomes import Outcomes
from headwater.lineage.reading.past import PastFacets
from headwater.lineage.reading.quality import Quality
from headwater.lineage.reading.recent import Recent
from headwater.lineage.reading.rows import rows_of
from headwater.lineage.reading.run_batches import RunBatches
from headwater.lineage.reading.run_lineage import RunLineage
from headwater.lineage.reading.run_pages import RunPages
from headwater.lineage.reading.runs import Runs
from headwater.lineage.reading.schemas import Schemas
from headwater.lineage.reading.search import Search
from headwater.lineage.reading.statements import Statements
from headwater.lineage.reading.stats import Stats
from headwater.lineage.reading.touched import Touched
from headwater.model.lineage import Moment

_LATEST: Final = "SELECT max(seq) FROM event"
_ARRIVED: Final = "SELECT seq FROM event WHERE received_us <= :moment ORDER BY seq DESC LIMIT 1"


class LineageView:
    """Everything that can be read, by noun, all of it as of one moment.

    `edges` and `columns` are seen through the lens, everything else as it is now.
    """

    def __init__(
        self, connection: Connection, memory: Memory | None = None, lens: Lens = NOW
    ) -> None:
        self.recall = Recall(connection, memory if lens == NOW else None)
        self.changes = Changes(connection)
        self.attempts = Attempts(connection)
        self.columns = Columns(connection, self.recall, lens)
        self.documents = Documents(connection)
        self.datasets = Datasets(connection)
        self.dead_letters = DeadLetters(connection)
        self.edges = Edges(connection, self.recall, lens)
        self.entries = Entries(connection)
        self.entities = Entities(connection, self.recall, lens)
        self.events = Events(connection)
        self.explicit = Explicit(connection, self.recall, self.edges)
        self.facets = FacetReads(connection)
        self.families = Families(connection)
        self.freshness = Freshness(connection)
        self.hidden = Hidden(connection)
        self.listing = Listing(connection)
        now = self.recall if lens == NOW else Recall(connection, None)
        self.jobs = Jobs(connection, now, self.listing)
        self.job_pages = JobPages(connection)
        self.log_pages = LogPages(connection)
        self.names = Names(connection)
        self.namespaces = Namespaces(connection)
        self.nodes = NodeReads(connection)
        self.notes = Notes(connection)
        self.outcomes = Outcomes(connection)
        self.run_batches = RunBatches(connection, Entities(connection, now))
        self.run_pages = RunPages(connection)
        self.run_lineage = RunLineage(connection, self.entities)
        self.quality = Quality(connection)
        self.recent = Recent(connection)
        self.runs = Runs(connection)
        self.past = PastFacets(connection)
        self.schemas = Schemas(connection)
        self.search = Search(connection)
        self.sources = Sources(connection)
        self.stats = Stats(connection)
        self.statements = Statements(connection)
        self.tags = Tags(connection)
        self.touched = Touched(connection)


class LineageReads:
    """Opens views on a lineage database; blocking, so call it from a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(read_only=True)
        self._memory = Memory()

    @contextmanager
    def view(self, lens: Lens = NOW) -> Iterator[LineageView]:
        """Read in one transaction that neither waits for a writer nor makes one wait."""
        with self._engine.connect() as connection:
            yield LineageView(connection, self._memory, lens)

    def latest_sequence(self) -> int:
        """Return the newest sequence of the log, 0 while it is empty."""
        with self._engine.connect() as connection:
            rows = rows_of(connection, _LATEST)
        return int(rows[0][0] or 0)

    def sequence_at(self, moment: Moment) -> int:
        """Return the newest sequence of what had arrived by then, 0 for nothing."""
        microseconds = moment.seconds * 1_000_000 + moment.nanoseconds // 1_000
        with self._engine.connect() as connection:
            rows = rows_of(connection, _ARRIVED, moment=microseconds)
        return int(rows[0][0]) if rows else 0
