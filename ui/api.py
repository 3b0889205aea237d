"""The JSON side: `POST /api/ask`, feedback, one's own conversation, `/healthz`, `/readyz`."""

from __future__ import annotations

import re
from html import escape
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from assistant.exceptions import BadQuestion, JournalUnavailable, UnknownAnswer, UnknownConversation
from assistant.journal import Journal
from assistant.pipeline import Assistant
from assistant.records import ExchangeBody, Feedback, FeedbackBody, JournalState
from assistant.types import Question
from assistant.wire import AnswerBody, to_body
from corpus.page import Level
from ui.staff_guard import is_staff
from ui.staff_html import page
from ui.state import new_id

MOST_EARLIER = 200
OFF: JournalState = {
    "status": "off",
    "waiting": 0,
    "dropped": 0,
    "torn": 0,
    "oldest_waiting_seconds": 0.0,
    "written": 0,
}
UNGUESSABLE = re.compile(r"[A-Za-z0-9_-]{16,100}")
ConversationId = Annotated[str, Path(pattern=f"^{UNGUESSABLE.pattern}$")]


class Ready(TypedDict):
    """What `/readyz` says."""

    status: str
    corpus_version: str
    policy_version: str
    paused: bool
    withheld: dict[str, int]
    journal: JournalState


class OwnExchange(TypedDict):
    """What is kept of one question, for the person who asked it."""

    answer_id: str
    at: str
    question: str
    level: str
    kind: str
    answer: str
    sources: list[str]
    feedback: FeedbackBody | None


class Saved(TypedDict):
    """What was kept."""

    status: str


class Deleted(TypedDict):
    """What was deleted."""

    deleted: int


class AskBody(BaseModel):
    """A question over HTTP."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=200_000)
    earlier: list[str] = Field(default_factory=list, max_length=MOST_EARLIER)
    level: Level = Field(default=Level.PLAIN, strict=False)
    conversation_id: str | None = Field(default=None, max_length=100)
    """Given back. Who has it can read and delete what is kept, so one that could be guessed is not what it is kept under."""


def build_router(assistant: Assistant, journal: Journal | None) -> APIRouter:
    """The routes of the API."""
    router = APIRouter()

    @router.post("/api/ask")
    def ask(body: AskBody) -> AnswerBody:
        """Answer one question."""
        answer = assistant.answer(Question(body.question, tuple(body.earlier), body.level))
        reply = to_body(answer, assistant.library, new_id(), body.conversation_id or new_id())
        if journal:
            guessable = not UNGUESSABLE.fullmatch(reply["conversation_id"] or "")
            journal.record(answer, {**reply, "conversation_id": new_id()} if guessable else reply)
        return reply

    @router.get("/healthz")
    def healthy() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @router.get("/readyz")
    def ready() -> Ready:
        """Questions can be answered; with what the output gate left out since the start, by reason."""
        return {
            "status": "ready",
            "corpus_version": assistant.library.version,
            "policy_version": assistant.policy.version,
            "paused": assistant.policy.paused,
            "withheld": dict(assistant.gate.withheld),
            "journal": journal.state() if journal else OFF,
        }

    if journal:
        add_journal(router, journal)
    return router


def add_journal(router: APIRouter, journal: Journal) -> None:
    """What readers can do with what is kept of them."""

    @router.post("/api/feedback")
    def feedback(body: Feedback) -> Saved:
        """Keep what a reader says of a reply; it is kept when this answers."""
        journal.feedback(body)
        return {"status": "saved"}

    @router.get("/api/conversations/{conversation_id}")
    def conversation(conversation_id: ConversationId, response: Response) -> list[OwnExchange]:
        """What is kept of one's own conversation."""
        response.headers["Cache-Control"] = "no-store"
        return [own(exchange) for exchange in journal.conversation(conversation_id)]

    @router.delete("/api/conversations/{conversation_id}")
    def delete(conversation_id: ConversationId, response: Response) -> Deleted:
        """Delete one's own conversation."""
        response.headers["Cache-Control"] = "no-store"
        return {"deleted": journal.delete(conversation_id)}


def own(exchange: ExchangeBody) -> OwnExchange:
    """An exchange as its own patient reads it: how it was decided is for staff."""
    return {
        "answer_id": exchange["answer_id"],
        "at": exchange["at"],
        "question": exchange["question"],
        "level": exchange["level"],
        "kind": exchange["kind"],
        "answer": exchange["answer"],
        "sources": list(dict.fromkeys(each["passage_id"] for each in exchange["body"].get("citations", []))),
        "feedback": exchange["feedback"],
    }


def problem(request: Request, said: str, status: int) -> Response:
    """What is wrong, as JSON, and for staff as a page."""
    if is_staff(request.url.path):
        return HTMLResponse(page("That did not work", f"<p>{escape(said[:1].upper() + said[1:])}.</p>"), status)
    return JSONResponse({"detail": said}, status)


def handle_errors(app: FastAPI) -> None:
    """Say what is wrong with a request without repeating what was sent."""

    @app.exception_handler(BadQuestion)
    def bad_question(request: Request, error: BadQuestion) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=422)

    @app.exception_handler(UnknownAnswer)
    @app.exception_handler(UnknownConversation)
    def unknown(request: Request, error: Exception) -> Response:
        return problem(request, str(error), 404)

    @app.exception_handler(JournalUnavailable)
    def unavailable(request: Request, error: JournalUnavailable) -> Response:
        response = problem(request, "the journal cannot be reached, so nothing was changed; please try again in a moment", 503)
        response.headers["Retry-After"] = "5"
        return response

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        return problem(request, str(error.detail), error.status_code)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        return JSONResponse({"detail": "; ".join(problems)[:1_000]}, status_code=422)
