"""The journal: every answer can be found again, and nothing personal is kept by accident.

An exchange goes redacted into a spool on the local disk before the reply goes out, and from there into the database by a thread
of its own, so that answering never waits for the database. Feedback and reviews are in the database before they are acknowledged.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.exceptions import BadJournal, JournalUnavailable, UnknownAnswer, UnknownConversation
from assistant.records import ExchangeBody, Feedback, Filters, JournalState, Review
from assistant.spool import Entry, Spool
from assistant.store import Store, rows_of
from assistant.types import Answer
from assistant.wire import AnswerBody

Redact = Callable[[str], str]
MOST_EVIDENCE = 12
BATCH = 500
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 10.0
"""Seconds between tries while the database is away."""
OTHERS = 2.0
"""Seconds that an exchange is waited for that another process is about to move."""
HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept, and how long."""

    text: bool = True
    """Whether questions, replies and comments are kept; without them only decisions, sources and figures."""
    days: int = 90
    most_waiting: int = 100_000


class Journal:
    """Records exchanges and finds them again; one a process, used by all threads."""

    def __init__(self, store: Store, folder: Path, redact: Redact, keeping: Keeping, model_version: str) -> None:
        self.store = store
        self.keeping = keeping
        self._redact = redact
        self._model = model_version
        try:
            self._spool = Spool(folder, keeping.most_waiting)
        except OSError as error:
            raise BadJournal(f"the folder {folder} for the journal cannot be written: {error}") from error
        self._ready = False
        self._written = 0
        self._failing = False
        self._purged = 0.0
        self._moving = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        with contextlib.suppress(JournalUnavailable):  # a server that is away: entries wait for it
            self._prepare()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def record(self, answer: Answer, body: AnswerBody) -> None:
        """Keep an exchange; never waits for the database, never raises when there is no room: what is lost is counted."""
        self._spool.append(self._entry(answer, body))
        self._wake.set()

    def _entry(self, answer: Answer, body: AnswerBody) -> Entry:
        keep = self.keeping.text
        shown = dict(body) if keep else {"citations": [{"passage_id": each["passage_id"]} for each in body["citations"]]}
        evidence = [{"passage_id": found.passage.id, "score": round(found.score, 4)} for found in answer.evidence[:MOST_EVIDENCE]]
        return {
            "answer_id": body["answer_id"],
            "conversation_id": body["conversation_id"] or body["answer_id"],
            "at": time.time(),
            "question": self._redact(answer.question.text) if keep else "",
            "earlier_count": len(answer.question.earlier),
            "level": answer.question.level.value,
            "kind": answer.kind.value,
            "reason": answer.verdict.reason,
            "likely": json.dumps([(decision.value, round(likely, 4)) for decision, likely in answer.verdict.likely]),
            "answer": body["answer"] if keep else "",
            "body": json.dumps(shown, ensure_ascii=False),
            "evidence": json.dumps(evidence),
            "confidence": answer.confidence,
            "corpus_version": body["corpus_version"],
            "policy_version": body["policy_version"],
            "model_version": self._model,
            "latency_ms": body["latency_ms"],
        }

    def feedback(self, given: Feedback) -> None:
        """Keep what a reader says of a reply; it is in the database when this returns.

        Raises:
            UnknownAnswer: no such reply in this conversation.
            JournalUnavailable: the database cannot be reached, so nothing was kept.
        """
        if self.exchange(given.answer_id)["conversation_id"] != given.conversation_id:
            raise UnknownAnswer("there is no such reply in this conversation; reload the page and try again")
        self.store.add_feedback(given, self._redact(given.comment) if self.keeping.text else "")

    def review(self, review: Review) -> int:
        """Keep what a member of staff says of a reply; its number.

        Raises:
            UnknownAnswer: no such reply.
            JournalUnavailable: as above.
        """
        self.exchange(review.answer_id)
        return self.store.add_review(review, self._redact(review.note))

    def exchange(self, answer_id: str) -> ExchangeBody:
        """One exchange.

        Raises:
            UnknownAnswer: no such reply.
            JournalUnavailable: as above.
        """
        found = self.store.exchange(answer_id)
        if found is None:
            self.move()  # also waits for a move that is under way
            found = self.store.exchange(answer_id)
        until = time.monotonic() + OTHERS
        while found is None and self._spool.holds(answer_id) and time.monotonic() < until:
            time.sleep(0.05)
            found = self.store.exchange(answer_id)
        if found is None:
            raise UnknownAnswer(f"the journal has no reply with the id {answer_id[:100]!r}")
        return found

    def conversation(self, conversation_id: str) -> list[ExchangeBody]:
        """The exchanges of a conversation, oldest first.

        Raises:
            UnknownConversation: nothing is kept of it.
            JournalUnavailable: as above.
        """
        if self._spool.waiting:
            self.move()
        found = self.store.conversation(conversation_id)
        if not found:
            raise UnknownConversation("nothing is kept of a conversation with this id")
        return found

    def delete(self, conversation_id: str, by: str = "patient") -> int:
        """Delete a conversation, also what still waits of it, and what other processes may still hold; how many exchanges.

        Raises:
            UnknownConversation: nothing is kept of it.
            JournalUnavailable: as above; nothing was deleted.
        """
        self.move()
        count = self.store.delete(conversation_id, by)
        if not count:
            raise UnknownConversation("nothing is kept of a conversation with this id")
        return count

    def exchanges(self, filters: Filters) -> list[ExchangeBody]:
        """Exchanges that fit, newest first; the next page begins `before` the last one's number."""
        return self.store.exchanges(filters)

    def audit(self, by: str, action: str, subject: str) -> None:
        """Write down who did what to which id."""
        self.store.audit(by, action, subject)

    def state(self) -> JournalState:
        """How the journal is."""
        waiting = self._spool.waiting
        return {
            "status": "waiting" if self._failing or not self._ready else "ok",
            "waiting": waiting,
            "dropped": self._spool.dropped,
            "torn": self._spool.torn,
            "oldest_waiting_seconds": round(self._spool.oldest, 1) if waiting else 0.0,
            "written": self._written,
        }

    def move(self) -> None:
        """Move all that waits into the database.

        Raises:
            JournalUnavailable: the database cannot be reached; everything goes on waiting.
        """
        with self._moving:
            try:
                self._prepare()
                self._spool.adopt()
                for path in self._spool.segments():
                    entries = rows_of(self._spool.read(path))
                    for start in range(0, len(entries), BATCH):
                        self._written += self.store.add(entries[start : start + BATCH])
                    self._spool.done(path)
            except JournalUnavailable:
                self._failing = True
                raise
            self._failing = False

    def flush(self, timeout: float) -> bool:
        """Wait until nothing waits any more; whether that was reached in time."""
        until = time.monotonic() + timeout
        while self._spool.waiting and time.monotonic() < until:
            with contextlib.suppress(JournalUnavailable):
                self.move()
            if self._spool.waiting:
                time.sleep(0.05)
        return not self._spool.waiting

    def close(self) -> None:
        """Move what can be moved and stop; what waits is taken over by the next process."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=5)
        with contextlib.suppress(JournalUnavailable):
            self.move()
        self._spool.close()
        self.store.engine.dispose()

    def _prepare(self) -> None:
        if not self._ready:
            self.store.prepare()
            self._ready = True

    def _run(self) -> None:
        wait = SHORTEST_WAIT
        while not self._stopping:
            self._wake.wait(timeout=wait if self._failing else 5.0)
            self._wake.clear()
            if self._stopping:
                return
            try:
                self.move()
                self._purge_old()
                wait = SHORTEST_WAIT
            except JournalUnavailable:
                time.sleep(wait)
                wait = min(LONGEST_WAIT, 2 * wait)

    def _purge_old(self) -> None:
        if time.monotonic() - self._purged < HOUR and self._purged:
            return
        for _ in self.store.purge(time.time() - self.keeping.days * 24 * HOUR, by="retention"):
            pass
        self._purged = time.monotonic()
