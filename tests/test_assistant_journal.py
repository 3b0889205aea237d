"""The journal: every exchange is found again, nothing accepted is lost, nothing personal is kept."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.exceptions import BadJournal, JournalUnavailable, UnknownAnswer, UnknownConversation
from assistant.journal import Journal, Keeping
from assistant.records import Feedback, Filters, Review
from assistant.redact import open_redactor
from assistant.spool import Spool
from assistant.store import Store
from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from assistant.wire import to_body
from corpus.library import Library
from index.lexicon import Lexicon

Tell = Callable[..., str]
CONVERSATION = "c" * 22


class Away(Store):
    """A database that can be taken away and given back."""

    away = False

    def add(self, entries):  # type: ignore[no-untyped-def]
        if self.away:
            raise JournalUnavailable("the journal's database cannot be used: away")
        return super().add(entries)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = opened(tmp_path)
    yield journal
    journal.close()


def opened(folder: Path, keeping: Keeping | None = None, store: Store | None = None) -> Journal:
    url = f"sqlite:///{folder / 'journal.sqlite3'}"
    return Journal(
        store or Store(url), folder / "spool", lambda text: text.replace("Maria", "[name]"), keeping or Keeping(), "m1"
    )


@pytest.fixture
def tell(library: Library) -> Tell:
    """Records an exchange; its answer id."""

    def record(
        journal: Journal, text: str = "Why?", answer_id: str = "a" * 22, conversation: str = CONVERSATION, confidence: float = 0.9
    ) -> str:
        passage = library.passage("joint-pain-common")
        statements = (Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),)),)
        verdict = Verdict(Decision.ANSWER, "nothing fired", likely=((Decision.ANSWER, 0.9),))
        answer = Answer(Question(text), verdict, "1", "2", statements=statements, confidence=confidence)
        journal.record(answer, to_body(answer, library, answer_id, conversation))
        return answer_id

    return record


def test_an_exchange_is_found_again_redacted_and_whole(journal: Journal, tell: Tell) -> None:
    tell(journal, "I am Maria. Why?")
    found = journal.exchange("a" * 22)
    assert found["question"] == "I am [name]. Why?"
    assert (found["kind"], found["reason"], found["likely"]) == ("answer", "nothing fired", [["answer", 0.9]])
    assert found["body"]["citations"][0]["passage_id"] == "joint-pain-common"
    assert found["answer"] == found["body"]["answer"]
    assert (found["confidence"], found["model_version"]) == (0.9, "m1")
    assert [each["answer_id"] for each in journal.conversation(CONVERSATION)] == ["a" * 22]


def test_feedback_replaces_earlier_feedback_and_needs_its_conversation(journal: Journal, tell: Tell) -> None:
    name = tell(journal)
    journal.feedback(Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=True))
    given = Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=False, reason="wrong", comment="Maria says no")
    journal.feedback(given)
    said = journal.exchange(name)["feedback"]
    assert said is not None
    assert (said["helpful"], said["reason"], said["comment"]) == (False, "wrong", "[name] says no")
    with pytest.raises(UnknownAnswer, match="no such reply"):
        journal.feedback(Feedback(answer_id=name, conversation_id="d" * 22, helpful=True))


def test_reviews_are_kept_in_order_and_audited(journal: Journal, tell: Tell) -> None:
    name = tell(journal)
    first = journal.review(Review(answer_id=name, by="ada", verdict="unsafe", note="Maria"))
    journal.review(Review(answer_id=name, by="bob", verdict="unsafe", confirms=first))
    found = journal.exchange(name)["reviews"]
    assert [(each["by"], each["note"], each["confirms"]) for each in found] == [("ada", "[name]", None), ("bob", "", first)]
    assert journal.store.counts()["audit"] == 2
    with pytest.raises(UnknownAnswer, match="no reply with the id"):
        journal.review(Review(answer_id="none", by="ada", verdict="wrong"))


def test_a_deleted_conversation_does_not_come_back(tmp_path: Path, tell: Tell) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    other.store.engine.dispose()
    tell(other, "late", "b" * 22)
    other._stopping = True
    tell(one)
    assert one.delete(CONVERSATION) >= 1
    other.move()
    one.move()
    with pytest.raises(UnknownConversation):
        one.conversation(CONVERSATION)
    with pytest.raises(UnknownConversation):
        one.delete(CONVERSATION)
    one.close()
    other.close()


def test_without_text_only_figures_and_sources_are_kept(tmp_path: Path, tell: Tell) -> None:
    journal = opened(tmp_path, Keeping(text=False))
    name = tell(journal, "A secret")
    journal.feedback(Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=True, comment="Another secret"))
    found = journal.exchange(name)
    assert (found["question"], found["answer"]) == ("", "")
    assert found["body"] == {"citations": [{"passage_id": "joint-pain-common"}]}
    journal.close()
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_is_old_is_deleted(journal: Journal, tell: Tell) -> None:
    name = tell(journal)
    journal.feedback(Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=True))
    assert sum(journal.store.purge(time.time() - 1_000, "test")) == 0
    assert sum(journal.store.purge(time.time() + 1, "test")) == 1
    assert journal.store.counts()["feedback"] == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(decision=Decision.ANSWER), "cba"),
        (Filters(decision=Decision.DOSING), ""),
        (Filters(feedback="helpful"), "a"),
        (Filters(feedback="none"), "c"),
        (Filters(reason="unsafe"), "b"),
        (Filters(unsafe=True), "b"),
        (Filters(unreviewed=True), "ba"),
        (Filters(low_confidence=0.3), "c"),
        (Filters(text="KNEES"), "b"),
        (Filters(text="100%"), ""),
        (Filters(limit=2), "cb"),
    ],
)
def test_staff_find_exchanges_by_filters(journal: Journal, tell: Tell, filters: Filters, found: str) -> None:
    for letter, text, confidence in (("a", "my hands", 0.9), ("b", "my knees", 0.8), ("c", "my hips", 0.2)):
        tell(journal, text, letter * 22, letter * 22, confidence)
    journal.feedback(Feedback(answer_id="a" * 22, conversation_id="a" * 22, helpful=True))
    journal.feedback(Feedback(answer_id="b" * 22, conversation_id="b" * 22, helpful=False, reason="unsafe"))
    journal.move()
    journal.review(Review(answer_id="c" * 22, by="ada", verdict="correct"))
    assert "".join(each["answer_id"][0] for each in journal.exchanges(filters)) == found


def test_a_lost_database_stops_no_answer_and_loses_no_exchange(tmp_path: Path, tell: Tell) -> None:
    store = Away(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    journal = opened(tmp_path, store=store)
    store.away = True
    for number in range(300):
        tell(journal, answer_id=f"answer-{number:04d}")
    time.sleep(0.6)
    assert journal.state()["status"] == "waiting"
    assert journal.state()["waiting"] == 300
    with pytest.raises(JournalUnavailable):
        journal.feedback(Feedback(answer_id="answer-0001", conversation_id=CONVERSATION, helpful=True))
    store.away = False
    assert journal.flush(10)
    assert store.counts()["exchanges"] == 300
    assert journal.state()["status"] == "ok"
    journal.close()


def test_feedback_finds_an_answer_that_another_process_is_about_to_move(tmp_path: Path, tell: Tell) -> None:
    store = Away(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    one, other = opened(tmp_path), opened(tmp_path, store=store)
    store.away = True
    name = tell(other)
    threading.Timer(0.4, lambda: setattr(store, "away", False)).start()
    threading.Timer(0.5, other.move).start()
    one.feedback(Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=True))
    assert one.exchange(name)["feedback"]
    one.close()
    other.close()


def test_a_full_spool_keeps_the_oldest_and_counts_the_rest(tmp_path: Path, tell: Tell) -> None:
    store = Away(f"sqlite:///{tmp_path / 'journal.sqlite3'}")
    journal = opened(tmp_path, Keeping(most_waiting=10), store)
    store.away = True
    for number in range(25):
        tell(journal, answer_id=f"answer-{number:04d}")
    assert (journal.state()["waiting"], journal.state()["dropped"]) == (10, 15)
    store.away = False
    assert journal.flush(10)
    assert journal.exchange("answer-0009")["answer_id"] == "answer-0009"
    with pytest.raises(UnknownAnswer):
        journal.exchange("answer-0010")
    journal.close()


def test_a_full_disk_is_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 100)
    spool._write = lambda line: False  # type: ignore[method-assign]
    assert not spool.append({"answer_id": "x"})
    assert (spool.waiting, spool.dropped) == (0, 1)
    spool.close()


def test_what_a_process_left_is_taken_over_without_its_torn_last_line(tmp_path: Path) -> None:
    first = Spool(tmp_path, 100)
    first.append({"answer_id": "x"})
    second = Spool(tmp_path, 100)
    assert second.waiting == 0, "the first lives"
    first.close()
    path = next(tmp_path.glob("*.jsonl"))
    with path.open("ab") as file:
        file.write(b'{"answer_id": "y", "que')
    second.adopt()
    assert [entry["answer_id"] for each in second.segments() for entry in second.read(each)] == ["x"]
    assert second.torn == 1
    second.close()


def test_errors_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadJournal, match="give, for example"):
        Store("no address")
    with pytest.raises(BadJournal, match="give, for example"):
        Store("oracle://host/name")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadJournal, match="check the folder"):
        Store(f"sqlite:///{tmp_path}/file/journal.sqlite3").prepare()
    store = Store(f"sqlite:///{tmp_path}/journal.sqlite3")
    store.prepare()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadJournal, match="newer version"):
        store.prepare()


def test_the_tables_are_those_of_the_last_migration(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from assistant.records import tables

    store = Store(f"sqlite:///{tmp_path}/journal.sqlite3")
    store.prepare()
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables) == []
    store.engine.dispose()


def test_a_copy_made_under_load_is_whole(tmp_path: Path, tell: Tell) -> None:
    from assistant.journal_commands import broken, count_of

    journal = opened(tmp_path)
    stop = threading.Event()

    def load() -> None:
        number = 0
        while not stop.is_set():
            tell(journal, answer_id=f"answer-{number:06d}")
            number += 1

    thread = threading.Thread(target=load)
    thread.start()
    time.sleep(0.3)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as here, sqlite3.connect(tmp_path / "copy.sqlite3") as there:
        here.backup(there)
    stop.set()
    thread.join()
    journal.close()
    assert broken(tmp_path / "copy.sqlite3") == ""
    assert 0 < count_of(tmp_path / "copy.sqlite3") <= count_of(tmp_path / "journal.sqlite3")


@pytest.mark.timing
def test_recording_adds_at_most_a_millisecond(tmp_path: Path, tell: Tell, library: Library) -> None:
    journal = opened(tmp_path)
    journal._redact = open_redactor(library, Lexicon(library))
    took = []
    for number in range(300):
        begun = time.perf_counter()
        tell(journal, f"Why do my hands hurt in the morning since I started Arimidex {number} days ago?", f"answer-{number:04d}")
        took.append(time.perf_counter() - begun)
    journal.close()
    assert statistics.median(took) <= 0.001


LOAD = """
import sys, json, threading
from pathlib import Path
from assistant.journal import Journal, Keeping
from assistant.records import Feedback
from assistant.store import Store
from assistant.types import Answer, Decision, Question, Verdict
folder = Path(sys.argv[1])
journal = Journal(Store(f"sqlite:///{folder / 'journal.sqlite3'}"), folder / "spool", str, Keeping(), "m")
answer = Answer(Question("Why?"), Verdict(Decision.ANSWER, "r"), "1", "2")
number = 0
while True:
    name = f"{sys.argv[2]}-{number}"
    body = {"answer_id": name, "conversation_id": "c" * 22, "answer": "x" * 500, "citations": [], "corpus_version": "c",
            "policy_version": "p", "latency_ms": 1.0}
    journal.record(answer, body)
    sys.stdout.write(f"recorded {name}\\n")
    if number % 3 == 0:
        journal.feedback(Feedback(answer_id=name, conversation_id="c" * 22, helpful=True))
        sys.stdout.write(f"feedback {name}\\n")
    sys.stdout.flush()
    number += 1
"""


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    chance, recorded, said = random.Random(11), set(), set()
    for kill in range(int(os.environ.get("CITEWELL_KILLS", "10"))):
        command = [sys.executable, "-c", LOAD, str(tmp_path), str(kill)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
        assert process.stdout
        lines = [process.stdout.readline()]
        timer = threading.Timer(chance.uniform(0.0, 0.5), process.send_signal, [signal.SIGKILL])
        timer.start()
        lines += process.stdout.readlines()
        process.wait()
        timer.join()
        whole = [line.split() for line in lines if line.endswith("\n")]
        recorded |= {name for what, name in whole if what == "recorded"}
        said |= {name for what, name in whole if what == "feedback"}
    journal = opened(tmp_path)
    assert journal.flush(20)
    with sqlite3.connect(tmp_path / "journal.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = {name for (name,) in connection.execute("SELECT answer_id FROM exchanges WHERE length(answer) = 500")}
        given = {name for (name,) in connection.execute("SELECT answer_id FROM feedback")}
        whole_count = connection.execute("SELECT count(*) FROM exchanges").fetchone()[0]
    journal.close()
    assert len(recorded) > 20
    assert recorded <= kept
    assert said <= given
    assert whole_count == len(kept), "half a record"
