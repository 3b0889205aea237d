"""The journal on a real PostgreSQL server that the test starts, as a user other than root."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.journal import Journal, Keeping
from assistant.records import Feedback, Filters, Review
from assistant.store import Store
from assistant.types import Answer, Decision, Question, Verdict

HOME = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
CONVERSATION = "c" * 22


class Server:
    """A PostgreSQL server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._run("initdb", "-D", str(folder / "data"), "-U", "citewell", "--auth=trust", "-E", "UTF8")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://citewell@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        assert HOME
        before = ["setpriv", "--reuid", self.user, "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*before, str(HOME / program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        missing = True
    else:
        missing = HOME is None or (os.geteuid() == 0 and not shutil.which("setpriv"))
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing, and CI has to have it")
        pytest.skip("PostgreSQL is missing: install the packages postgresql and psycopg")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    server = Server(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def record(journal: Journal, number: int) -> str:
    answer = Answer(Question(f"Question {number}?"), Verdict(Decision.ANSWER, "r"), "1", "2")
    name = f"answer-{number:05d}"
    fixed = {"answer": "x", "citations": [], "corpus_version": "c", "policy_version": "p", "latency_ms": 1.0}
    journal.record(answer, {"answer_id": name, "conversation_id": CONVERSATION, **fixed})  # type: ignore[typeddict-item]
    return name


def test_exchanges_feedback_and_reviews_are_kept_and_deleted(server: Server, tmp_path: Path) -> None:
    journal = Journal(Store(server.url), tmp_path, str, Keeping(), "m")
    name = record(journal, 1)
    journal.feedback(Feedback(answer_id=name, conversation_id=CONVERSATION, helpful=False, reason="unsafe"))
    journal.review(Review(answer_id=name, by="ada", verdict="unsafe"))
    found = journal.exchanges(Filters(unsafe=True, text="QUESTION 1"))
    assert [each["answer_id"] for each in found] == [name]
    assert found[0]["reviews"][0]["by"] == "ada"
    assert journal.delete(CONVERSATION) == 1
    assert journal.store.counts() == {"exchanges": 0, "feedback": 0, "reviews": 0, "audit": 2}
    journal.close()


def test_a_server_that_goes_away_under_load_loses_nothing(server: Server, tmp_path: Path) -> None:
    journal = Journal(Store(server.url), tmp_path, str, Keeping(), "m")
    before = journal.store.counts()["exchanges"]
    stop, names = threading.Event(), []

    def load() -> None:
        while not stop.is_set():
            names.append(record(journal, 1_000 + len(names)))
            time.sleep(0.002)

    thread = threading.Thread(target=load)
    thread.start()
    time.sleep(0.5)
    server.stop()
    time.sleep(float(os.environ.get("CITEWELL_OUTAGE", "3")))
    assert journal.state()["waiting"] > 0
    server.start()
    time.sleep(0.5)
    stop.set()
    thread.join()
    assert journal.flush(30)
    assert journal.store.counts()["exchanges"] - before == len(names)
    assert journal.state()["dropped"] == 0
    journal.close()


def test_a_server_that_is_away_at_the_start_is_waited_for(server: Server, tmp_path: Path) -> None:
    server.stop()
    journal = Journal(Store(server.url), tmp_path, str, Keeping(), "m")
    name = record(journal, 77)
    assert journal.state()["status"] == "waiting"
    server.start()
    assert journal.flush(30)
    assert journal.exchange(name)["answer_id"] == name
    journal.close()
