"""Main of a runner process: what it can do without is hidden before the rest is imported."""

from __future__ import annotations

from headwater.engine.worker import hide_pandas


def main() -> None:
    """Run the one job that the server asks for."""
    hide_pandas()
    from headwater.app import jobs

    jobs.main()


if __name__ == "__main__":
    main()
