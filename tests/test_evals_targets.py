"""What can be measured: an assistant in this process, and a server, however badly it behaves."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.types import Answer, Citation, Decision, Question, Statement, Verdict
from assistant.wire import to_body
from corpus.page import Level
from evals.cases import Case
from evals.exceptions import Unreachable
from evals.results import Failure
from evals.targets import get_json, local, remote

CASE = Case(id="own-1", turns=("I take letrozole.", "And half?"), level=Level.TECHNICAL, label="dosing")


class Scripted:
    """Quotes the first passage of a library, and keeps what it was asked."""

    def __init__(self, library):
        self.library, self.asked = library, []

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        passage = next(iter(self.library.passages.values()))
        statements = (Statement(passage.sentences[0], (Citation(passage, passage.sentences[0]),)),)
        verdict = Verdict(Decision.ANSWER, "by hand")
        return Answer(question, verdict, "1.0.0", self.library.version, None, statements, timings={"screen": 1.23456})


class Handler(BaseHTTPRequestHandler):
    """Says what the test laid down for a path."""

    def do_GET(self):
        self.say(None)

    def do_POST(self):
        self.say(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def say(self, sent):
        self.server.asked.append((self.path, sent))
        status, content = self.server.replies[self.path]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server(library):
    """A server on loopback whose replies a test may break, by path."""
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    body = to_body(Scripted(library).answer(Question("Why?")), library, "another-id", "talk-1")
    ready = {"status": "ready", "corpus_version": library.version, "policy_version": "1.0.0"}
    found.asked, found.replies = [], {"/readyz": (200, ready), "/api/ask": (200, body)}
    found.url = f"http://127.0.0.1:{found.server_address[1]}"
    threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def raw():
    """Serves bytes that may not even be HTTP, once for each connection."""
    listening = []

    def serve(content: bytes) -> str:
        found = socket.create_server(("127.0.0.1", 0))
        listening.append(found)

        def reply() -> None:
            connection, _ = found.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(content)

        threading.Thread(target=reply, daemon=True).start()
        return f"http://127.0.0.1:{found.getsockname()[1]}"

    yield serve
    for each in listening:
        each.close()


# In this process


def test_the_assistant_of_this_process_is_asked_the_whole_conversation(library):
    assistant = Scripted(library)
    result = local(assistant)("own", CASE)
    assert assistant.asked == [Question("And half?", ("I take letrozole.",), Level.TECHNICAL)]
    assert result.key == ("own", "own-1")
    assert result.body["answer_id"] == "own-1"
    assert result.trace.reason == "by hand"
    assert result.timings["screen"] == 1.235
    assert result.timings["total"] > 0


def test_a_crash_of_the_assistant_is_a_result(library):
    class Broken(Scripted):
        def answer(self, question):
            raise RecursionError("too deep")

    result = local(Broken(library))("own", CASE)
    assert (result.body, result.trace, result.failure) == (None, None, Failure(kind="RecursionError", message="too deep"))


def test_a_user_who_interrupts_is_not_taken_for_a_crash(library):
    class Interrupted(Scripted):
        def answer(self, question):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        local(Interrupted(library))("own", CASE)


# A server


def test_a_server_is_asked_the_whole_conversation(server, library):
    result = remote(f"{server.url}/", library)("own", CASE)
    sent = {"question": "And half?", "earlier": ["I take letrozole."], "level": "technical"}
    assert server.asked == [("/readyz", None), ("/api/ask", sent)]
    assert result.body == {**server.replies["/api/ask"][1], "answer_id": "own-1"}
    assert (result.trace, result.failure, list(result.timings)) == (None, None, ["total"])


def test_a_server_with_the_assistant_gives_what_the_assistant_gives(server, library):
    here, there = local(Scripted(library))("own", CASE), remote(server.url, library)("own", CASE)
    differs = {"conversation_id": "talk-1", "latency_ms": 1.235}
    assert there.body == {**here.body, **differs}


HTML = b"<!doctype html><title>Welcome</title>"


@pytest.mark.parametrize(
    ("status", "content", "problem"),
    [
        pytest.param(200, HTML, "answered with something that is not JSON", id="HTML"),
        pytest.param(200, b"\xff\xfe\x01", "answered with something that is not JSON", id="no text"),
        pytest.param(200, b"", "answered with something that is not JSON", id="nothing"),
        pytest.param(500, b"{}", "answered with status 500", id="error"),
        pytest.param(404, HTML, "answered with status 404", id="no such path"),
        pytest.param(200, [], "serves content None", id="a list"),
        pytest.param(200, {"status": "ok"}, "serves content None", id="something else's JSON"),
        pytest.param(200, {"corpus_version": "0" * 12}, "serves content 000000000000, this checkout has", id="other content"),
    ],
)
def test_a_server_that_is_not_ours_is_refused_before_anything_is_asked(server, library, status, content, problem):
    server.replies["/readyz"] = (status, content)
    with pytest.raises(Unreachable, match=problem) as caught:
        remote(server.url, library)
    assert server.url in str(caught.value)
    assert [path for path, _ in server.asked] == ["/readyz"]


@pytest.mark.parametrize(
    ("status", "content", "kind", "problem"),
    [
        pytest.param(200, HTML, "Unreachable", "not JSON", id="HTML"),
        pytest.param(503, {"detail": "busy"}, "Unreachable", "status 503", id="busy"),
        pytest.param(422, {"detail": "empty"}, "Unreachable", "status 422", id="refused"),
        pytest.param(200, [], "BadReply", "the reply is not of the API's form", id="a list"),
        pytest.param(200, {"answer": "Yes."}, "BadReply", "answer_id", id="fields missing"),
        pytest.param(200, {"kind": 7}, "BadReply", "kind", id="a field of another type"),
        pytest.param(200, None, "BadReply", "the reply is not of the API's form", id="null"),
    ],
)
def test_a_reply_that_is_nonsense_is_a_failure_of_its_case(server, library, status, content, kind, problem):
    target = remote(server.url, library)
    server.replies["/api/ask"] = (status, content)
    result = target("own", CASE)
    assert (result.key, result.body, result.timings) == (("own", "own-1"), None, {})
    assert result.failure.kind == kind
    assert problem in result.failure.message
    assert len(result.failure.message) <= 500


def test_a_server_that_goes_away_is_a_failure_of_each_case(server, library):
    target = remote(server.url, library)
    server.shutdown()
    server.server_close()
    result = target("own", CASE)
    assert result.failure.kind == "Unreachable"
    assert "does not answer" in result.failure.message


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="hangs up"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", id="body cut off"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", id="broken chunk"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n\r\n", id="sends elsewhere"),
    ],
)
def test_something_that_is_no_web_server_is_out_of_reach(raw, content):
    url = raw(content)
    with pytest.raises(Unreachable, match=url):
        get_json(f"{url}/readyz")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        pytest.param("127.0.0.1:7860", "begins with http:// or https://", id="no scheme"),
        pytest.param("file:///etc/hostname", "begins with http:// or https://", id="a file"),
        pytest.param("", "begins with http:// or https://", id="empty"),
        pytest.param("http://", "http://", id="no host"),
        pytest.param("http://[", r"http://\[", id="half an address"),
        pytest.param("http://127.0.0.1:http", "127.0.0.1:http", id="port in words"),
        pytest.param("http://127.0.0.1 :80", "127.0.0.1 :80", id="space"),
    ],
)
def test_an_address_that_is_none_is_out_of_reach(library, url, problem):
    with pytest.raises(Unreachable, match=problem):
        remote(url, library)


def test_a_refused_connection_says_how_to_start_the_server(library):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match=rf"http://127\.0\.0\.1:{port}/readyz does not answer .*python -m ui"):
        remote(f"http://127.0.0.1:{port}", library)
