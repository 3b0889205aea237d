"""The HTTP side: one JSON form, clear errors, guarding headers."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from fastapi.testclient import TestClient

from assistant.journal import Journal, Keeping
from assistant.pipeline import Assistant
from assistant.policy import read_policy
from assistant.redact import open_redactor
from assistant.store import Store
from index.lexicon import Lexicon
from ui.app import build_app
from ui.settings import UiSettings


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory, assistant: Assistant) -> Iterator[Journal]:
    folder = tmp_path_factory.mktemp("journal")
    redact = open_redactor(assistant.library, Lexicon(assistant.library))
    journal = Journal(Store(f"sqlite:///{folder}/journal.sqlite3"), folder / "spool", redact, Keeping(), "m")
    yield journal
    journal.close()


@pytest.fixture(scope="module")
def client(assistant: Assistant, journal: Journal) -> Iterator[TestClient]:
    with TestClient(build_app(assistant, UiSettings(), journal), raise_server_exceptions=False) as client:
        yield client


def test_health_and_readiness(client: TestClient, assistant: Assistant) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["corpus_version"] == assistant.library.version


def test_an_answer_has_the_documented_form(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "Does turmeric help sore joints?", "conversation_id": "abc"}).json()
    assert set(body) == {
        "answer_id",
        "conversation_id",
        "kind",
        "answer",
        "statements",
        "citations",
        "notice",
        "related",
        "corpus_version",
        "policy_version",
        "latency_ms",
    }
    assert body["conversation_id"] == "abc"
    assert body["answer"] == " ".join(statement["text"] for statement in body["statements"])
    numbers = [citation["n"] for citation in body["citations"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {number for statement in body["statements"] for number in statement["citations"]} == set(numbers)
    first = body["citations"][0]
    assert set(first) == {"n", "passage_id", "page", "title", "heading", "quote", "evidence", "reviewed", "references"}
    assert all(
        set(reference) == {"id", "text", "url", "status"} for each in body["citations"] for reference in each["references"]
    )


def test_a_notice_stands_first(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "Should I stop taking my letrozole?"}).json()
    assert body["kind"] == "dosing"
    assert body["answer"].startswith(body["notice"])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"question": ""}, id="empty"),
        pytest.param({"question": 7}, id="a number"),
        pytest.param({"question": "a\u0000b"}, id="binary"),
        pytest.param({"question": "x" * 4_001}, id="too long"),
        pytest.param({"question": "hi", "level": "easy"}, id="unknown level"),
        pytest.param({"question": "hi", "earlier": "one"}, id="earlier is no list"),
        pytest.param({"question": "hi", "eralier": []}, id="misspelt key"),
    ],
)
def test_bad_requests_get_422_and_a_sentence(client: TestClient, body: dict[str, Any]) -> None:
    response = client.post("/api/ask", json=body)
    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)
    assert len(response.json()["detail"]) > 10


@pytest.mark.parametrize(
    ("content", "status"), [(b"\xff<script>", 400), (b"{<script>", 422), (b"[]", 422)], ids=["no text", "no JSON", "a list"]
)
def test_what_is_no_question_is_refused_and_not_repeated(client: TestClient, content: bytes, status: int) -> None:
    response = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert "script" not in response.text


def test_a_huge_request_is_refused_before_it_is_read(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "x" * 2_000_001})
    assert response.status_code == 413
    assert "at most" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/page.js"])
def test_every_response_carries_the_guarding_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "script-src 'self';" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("payload", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "{{7*7}}", "</script>"])
def test_markup_in_a_question_never_comes_back(client: TestClient, payload: str) -> None:
    response = client.post("/api/ask", json={"question": f"{payload} What is aromatase?"})
    assert response.status_code == 200
    assert payload not in response.text
    assert "49" not in response.json()["answer"]


def test_a_conversation_is_kept_redacted_read_and_deleted_by_its_id(client: TestClient) -> None:
    body = client.post("/api/ask", json={"question": "I'm Maria Delgado. What is aromatase?"}).json()
    given = {"answer_id": body["answer_id"], "conversation_id": body["conversation_id"]}
    saved = client.post("/api/feedback", json={**given, "helpful": False, "reason": "other", "comment": "Call 07700 900123"})
    assert saved.json() == {"status": "saved"}
    address = f"/api/conversations/{body['conversation_id']}"
    found = client.get(address)
    assert found.headers["Cache-Control"] == "no-store"
    assert found.json()[0]["question"] == "I'm [name]. What is aromatase?"
    assert found.json()[0]["feedback"]["comment"] == "Call [phone]"
    assert "likely" not in found.text
    assert "reviews" not in found.text
    assert client.delete(address).json() == {"deleted": 1}
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404


def test_a_second_question_joins_the_conversation(client: TestClient) -> None:
    first = client.post("/api/ask", json={"question": "What is aromatase?"}).json()
    again = {"question": "What is CYP19A1?", "earlier": ["What is aromatase?"], "conversation_id": first["conversation_id"]}
    assert client.post("/api/ask", json=again).json()["conversation_id"] == first["conversation_id"]
    assert len(client.get(f"/api/conversations/{first['conversation_id']}").json()) == 2


def test_an_id_that_can_be_guessed_opens_nothing(client: TestClient) -> None:
    assert (
        client.post("/api/ask", json={"question": "What is aromatase?", "conversation_id": "1"}).json()["conversation_id"] == "1"
    )
    assert client.get("/api/conversations/1").status_code == 422
    assert client.get(f"/api/conversations/{'1' * 16}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answer_id": "x", "conversation_id": "y", "helpful": True}, 404),
        ({"answer_id": "x", "conversation_id": "y"}, 422),
        ({"answer_id": "x", "conversation_id": "y", "helpful": True, "reason": "bored"}, 422),
        ({"answer_id": "x", "conversation_id": "y", "helpful": True, "comment": "x" * 2_001}, 422),
        ({"answer_id": "' OR 1=1", "conversation_id": "y", "helpful": True}, 422),
    ],
)
def test_feedback_that_makes_no_sense_is_refused(client: TestClient, body: dict[str, Any], status: int) -> None:
    reply = client.post("/api/feedback", json=body)
    assert reply.status_code == status
    assert "Traceback" not in reply.text
    assert "bored" not in reply.text


def test_feedback_that_cannot_be_kept_says_so(assistant: Assistant, tmp_path: Any) -> None:
    journal = Journal(Store("postgresql+psycopg://nobody@127.0.0.1:1/none"), tmp_path, str, Keeping(), "m")
    with TestClient(build_app(assistant, UiSettings(), journal), raise_server_exceptions=False) as client:
        body = client.post("/api/ask", json={"question": "What is aromatase?"})
        assert body.status_code == 200
        given = {"answer_id": body.json()["answer_id"], "conversation_id": body.json()["conversation_id"], "helpful": True}
        refused = client.post("/api/feedback", json=given)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "5"
        assert client.get("/readyz").json()["journal"]["status"] == "waiting"
    journal.close()


def test_without_a_journal_nothing_is_kept(assistant: Assistant) -> None:
    with TestClient(build_app(assistant, UiSettings())) as client:
        assert client.post("/api/feedback", json={}).status_code in {404, 405}
        assert client.get("/readyz").json()["journal"]["status"] == "off"
        assert client.get("/page.json").json()["keeps"] == {"mode": "off", "days": 0}


def test_the_kill_switch_leaves_notices_only(assistant: Assistant) -> None:
    policy = read_policy(assistant.library, paused=True)
    paused = dataclasses.replace(assistant, policy=policy, search=None)
    with TestClient(build_app(paused, UiSettings())) as client:
        ask = lambda text: client.post("/api/ask", json={"question": text}).json()  # noqa: E731
        plain = ask("What is aromatase?")
        assert (plain["kind"], plain["statements"]) == ("in_domain_not_covered", [])
        assert "paused" in plain["answer"]
        dosing = ask("Can I stop letrozole?")
        assert (dosing["kind"], dosing["statements"]) == ("dosing", [])
        assert dosing["answer"].endswith("Citewell is paused for now, so I cannot look anything up.")
        assert "paused" not in ask("I have crushing chest pain")["answer"]
        assert client.get("/readyz").json()["paused"] is True


def test_a_source_has_a_page_of_its_own(client: TestClient, assistant: Assistant) -> None:
    passage = assistant.library.passage("joint-pain-common")
    page = client.get("/sources/joint-pain-common?quoted=0")
    assert "<mark>" in page.text
    assert passage.heading in page.text
    assert client.get("/sources/gone").status_code == 404
    assert "taken back" in client.get("/sources/gone").text
    assert client.get("/sources/joint-pain-common?quoted=<script>").status_code == 422


def test_the_sheet_is_made_and_not_kept(client: TestClient) -> None:
    turns = [{"text": "What is <b>aromatase</b>?"}, {"text": "How much letrozole should I take?"}]
    sheet = client.post("/api/sheet", json={"turns": turns})
    assert sheet.headers["Cache-Control"] == "no-store"
    assert "My care team can" in sheet.json()["html"]
    assert "<b>" not in sheet.json()["html"]
    assert client.post("/api/sheet", json={"turns": [{"text": 1}]}).status_code == 422
