"""The HTTP side: one JSON form, clear errors, guarding headers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from fastapi.testclient import TestClient

from assistant.pipeline import Assistant
from ui.app import build_app
from ui.settings import UiSettings


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(build_app(assistant, UiSettings()), raise_server_exceptions=False) as client:
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
