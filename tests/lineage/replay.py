"""Makes the projections of a store again out of its own log, in another order."""

from __future__ import annotations

from headwater.lineage.erasure import KIND_BLANK

ENTRIES = f"SELECT seq, hash, kind, received_us, body FROM event WHERE kind <> {KIND_BLANK}"


def apply_again(log, chance):
    """Empty the projections and apply the finished log in any order and in any portions."""

    def work(session):
        entries = session.rows(ENTRIES)
        chance.shuffle(entries)
        log._empty(session)
        while entries:
            cut = chance.randrange(1, len(entries) + 1)
            log._begin(session)
            log._project_again(session, entries[:cut])
            entries = entries[cut:]

    log._database.write(work, forget=log._forget, patient=True)
