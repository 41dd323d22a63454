"""What visitors wrote, kept in SQLite by a plugin of the process bus.

Pages never see the database: they publish on the plugin's channels. SQLite connections belong to
the thread that opened them, so each call opens its own.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from cherrypy_bus import Bus, SimplePlugin

__all__ = ["Entry", "Guestbook"]

SCHEMA: Final = "CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, name TEXT, words TEXT)"


class Entry(NamedTuple):
    """One entry of the guestbook."""

    name: str
    words: str


class Guestbook(SimplePlugin):
    """Keep the entries of the guestbook while the bus runs.

    It listens to the channels ``guestbook-add`` (an `Entry`) and ``guestbook-latest`` (how many; it
    returns them, the newest first).

    Args:
        bus: The bus to listen on.
        directory: Where the database file is; made if it is not there.

    Attributes:
        directory: The same; config may set it before the bus starts.
    """

    def __init__(self, bus: Bus, directory: Path | str) -> None:
        super().__init__(bus)
        self.directory = directory

    def start(self) -> None:
        """Make the database where there is none, and listen."""
        Path(self.directory).mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection, connection:
            connection.execute(SCHEMA)
        self.bus.subscribe("guestbook-add", self.add)
        self.bus.subscribe("guestbook-latest", self.latest)

    def stop(self) -> None:
        """Stop listening."""
        self.bus.unsubscribe("guestbook-add", self.add)
        self.bus.unsubscribe("guestbook-latest", self.latest)

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        with closing(self._connect()) as connection, connection:
            connection.execute("INSERT INTO entry (name, words) VALUES (?, ?)", entry)

    def latest(self, count: int) -> list[Entry]:
        """Return the newest entries, the newest first.

        Args:
            count: How many at most.
        """
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "SELECT name, words FROM entry ORDER BY id DESC LIMIT ?", (count,)
            )
            return [Entry(*row) for row in rows]

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(Path(self.directory) / "guestbook.sqlite3")
