"""The journal's database: its schema, what goes in, what is found again. SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, Select, create_engine, delete, event, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from assistant.exceptions import BadJournal, JournalUnavailable
from assistant.queries import chosen, to_exchange, to_review
from assistant.records import (
    ExchangeBody,
    Feedback,
    Filters,
    Review,
    ReviewBody,
    audit,
    deleted,
    exchanges,
    feedback,
    reviews,
    when,
)

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 5_000
"""Milliseconds that SQLite waits for another writer."""


class Store:
    """The tables of one database; opened once, used by all threads."""

    def __init__(self, url: str) -> None:
        """Open, but do not yet reach, the database of a URL.

        Raises:
            BadJournal: the URL is none, or its driver is not installed.
        """
        try:
            self.url = make_url(url)
            self.engine = open_engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise BadJournal(
                "CITEWELL_ASSISTANT_JOURNAL_URL is no database address that can be used here; give, for example, "
                "sqlite:////var/lib/citewell/journal.sqlite3 or postgresql+psycopg://user:password@host/citewell "
                "(the latter needs `pip install 'citewell[postgres]'`)"
            ) from error
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.path = Path(self.url.database or "") if self.is_sqlite else None

    def prepare(self) -> None:
        """Bring the tables to this version of the code.

        Raises:
            BadJournal: a newer version made them, or the file cannot be written.
            JournalUnavailable: the database cannot be reached.
        """
        if self.path is None:
            self._migrate()
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock"):
                self._migrate()
        except (OSError, JournalUnavailable) as error:
            raise BadJournal(f"the journal {self.path} cannot be written: {error}; check the folder and its owner") from error

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        with reaching(), self.engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("select pg_advisory_xact_lock(20261126)"))
            current = MigrationContext.configure(connection).get_current_revision()
            if current is not None and current not in known:
                raise BadJournal(
                    f"the journal was written by a newer version of Citewell (its tables are at {current}); "
                    "install that version, or give another CITEWELL_ASSISTANT_JOURNAL_URL"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def add(self, entries: Sequence[Mapping[str, Any]]) -> int:
        """Write exchanges, each once however often it comes, and none of a deleted conversation; how many were written."""
        if not entries:
            return 0
        make = sqlite.insert if self.is_sqlite else postgresql.insert
        with reaching(), self.engine.begin() as connection:
            names = {entry["conversation_id"] for entry in entries}
            tombs = select(deleted.c.conversation_id, deleted.c.at).where(deleted.c.conversation_id.in_(names))
            gone = {row.conversation_id: row.at for row in connection.execute(tombs)}
            kept = [dict(entry) for entry in entries if entry["at"] > gone.get(entry["conversation_id"], 0.0)]
            if kept:
                connection.execute(make(exchanges).on_conflict_do_nothing(), kept)
            return len(kept)

    def add_feedback(self, given: Feedback, comment: str) -> None:
        """Write feedback in the place of an earlier one on the same reply."""
        row = {**given.model_dump(), "comment": comment, "at": time.time()}
        with reaching(), self.engine.begin() as connection:
            connection.execute(delete(feedback).where(feedback.c.answer_id == given.answer_id))
            connection.execute(insert(feedback).values(row))

    def add_review(self, review: Review, note: str) -> int:
        """Write a review; its number."""
        row = {**review.model_dump(), "note": note, "at": time.time()}
        with reaching(), self.engine.begin() as connection:
            number = connection.execute(insert(reviews).values(row)).inserted_primary_key
            self._audit(connection, review.by, f"review {review.verdict}", review.answer_id)
            return int(number[0]) if number else 0

    def audit(self, by: str, action: str, subject: str) -> None:
        """Write down who did what to which id; never any text."""
        with reaching(), self.engine.begin() as connection:
            self._audit(connection, by, action, subject)

    @staticmethod
    def _audit(connection: Connection, by: str, action: str, subject: str) -> None:
        connection.execute(insert(audit).values(at=time.time(), by=by[:100], action=action[:60], subject=subject[:200]))

    def delete(self, conversation_id: str, by: str) -> int:
        """Delete a conversation with all that was said of it, and let nothing of it come in later; how many exchanges."""
        with reaching(), self.engine.begin() as connection:
            names = select(exchanges.c.answer_id).where(exchanges.c.conversation_id == conversation_id)
            connection.execute(delete(reviews).where(reviews.c.answer_id.in_(names)))
            connection.execute(delete(feedback).where(feedback.c.conversation_id == conversation_id))
            count = connection.execute(delete(exchanges).where(exchanges.c.conversation_id == conversation_id)).rowcount
            if count:
                connection.execute(delete(deleted).where(deleted.c.conversation_id == conversation_id))
                connection.execute(insert(deleted).values(conversation_id=conversation_id, at=time.time()))
                self._audit(connection, by, "delete conversation", conversation_id)
            return int(count)

    def purge(self, before: float, by: str, batch: int = 2_000) -> Iterator[int]:
        """Delete what is older than a time, batch by batch; how many exchanges each took."""
        old = select(exchanges.c.answer_id).where(exchanges.c.at < before).limit(batch)
        total = 0
        while True:
            with reaching(), self.engine.begin() as connection:
                names = list(connection.execute(old).scalars())
                for table in (reviews, feedback, exchanges):
                    connection.execute(delete(table).where(table.c.answer_id.in_(names)))
                total += len(names)
                if len(names) < batch and total:
                    self._audit(connection, by, "purge", when(before))
            yield len(names)
            if len(names) < batch:
                return

    def exchange(self, answer_id: str) -> ExchangeBody | None:
        """One exchange with what was said of it."""
        with reaching(), self.engine.connect() as connection:
            found = self._bodies(connection, select(exchanges).where(exchanges.c.answer_id == answer_id))
            return found[0] if found else None

    def conversation(self, conversation_id: str) -> list[ExchangeBody]:
        """The exchanges of a conversation, oldest first."""
        with reaching(), self.engine.connect() as connection:
            wanted = select(exchanges).where(exchanges.c.conversation_id == conversation_id).order_by(exchanges.c.id)
            return self._bodies(connection, wanted)

    def exchanges(self, filters: Filters) -> list[ExchangeBody]:
        """Exchanges that fit, newest first."""
        with reaching(), self.engine.connect() as connection:
            return self._bodies(connection, chosen(filters))

    def every(self, batch: int = 500) -> Iterator[ExchangeBody]:
        """Every exchange, oldest first, for an export."""
        last = 0
        while True:
            with reaching(), self.engine.connect() as connection:
                wanted = select(exchanges).where(exchanges.c.id > last).order_by(exchanges.c.id).limit(batch)
                found = self._bodies(connection, wanted)
            yield from found
            if not found:
                return
            last = found[-1]["id"]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with reaching(), self.engine.connect() as connection:
            named = {"exchanges": exchanges, "feedback": feedback, "reviews": reviews, "audit": audit}
            count = select(func.count())
            return {name: connection.execute(count.select_from(table)).scalar() or 0 for name, table in named.items()}

    def _bodies(self, connection: Connection, wanted: Select[Any]) -> list[ExchangeBody]:
        rows = [dict(row._mapping) for row in connection.execute(wanted)]
        names = [row["answer_id"] for row in rows]
        said = {row.answer_id: row for row in connection.execute(select(feedback).where(feedback.c.answer_id.in_(names)))}
        judged: dict[str, list[ReviewBody]] = {}
        for row in connection.execute(select(reviews).where(reviews.c.answer_id.in_(names)).order_by(reviews.c.id)):
            judged.setdefault(row.answer_id, []).append(to_review(row))
        return [to_exchange(row, said.get(row["answer_id"]), judged.get(row["answer_id"], [])) for row in rows]


def open_engine(url: str) -> Engine:
    """An engine; SQLite keeps a write-ahead log and waits for other writers."""
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={LOCK}"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def reaching() -> Iterator[None]:
    """Turn whatever keeps the database from doing its work into one error that says what to do."""
    try:
        yield
    except DBAPIError as error:
        raise JournalUnavailable(f"the journal's database cannot be used: {error.orig}") from error
    except SQLAlchemyError as error:
        raise JournalUnavailable(f"the journal's database cannot be used: {type(error).__name__}") from error


def rows_of(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the spool as rows."""
    names = [column.name for column in exchanges.columns if column.name != "id"]
    return [{name: entry[name] for name in names} for entry in entries]
