"""The JSON side: `POST /api/ask`, `/healthz`, `/readyz`."""

from __future__ import annotations

from uuid import uuid4

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from assistant.exceptions import BadQuestion
from assistant.pipeline import Assistant
from assistant.types import Question
from assistant.wire import AnswerBody, to_body
from corpus.page import Level

MOST_EARLIER = 200


class Ready(TypedDict):
    """What `/readyz` says."""

    status: str
    corpus_version: str
    policy_version: str
    withheld: dict[str, int]


class AskBody(BaseModel):
    """A question over HTTP."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(max_length=200_000)
    earlier: list[str] = Field(default_factory=list, max_length=MOST_EARLIER)
    level: Level = Field(default=Level.PLAIN, strict=False)
    conversation_id: str | None = Field(default=None, max_length=100)


def build_router(assistant: Assistant) -> APIRouter:
    """The routes of the API."""
    router = APIRouter()

    @router.post("/api/ask")
    def ask(body: AskBody) -> AnswerBody:
        """Answer one question."""
        answer = assistant.answer(Question(body.question, tuple(body.earlier), body.level))
        return to_body(answer, assistant.library, str(uuid4()), body.conversation_id)

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
            "withheld": dict(assistant.gate.withheld),
        }

    return router


def handle_errors(app: FastAPI) -> None:
    """Say what is wrong with a request without repeating what was sent."""

    @app.exception_handler(BadQuestion)
    def bad_question(request: Request, error: BadQuestion) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=422)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()]
        return JSONResponse({"detail": "; ".join(problems)[:1_000]}, status_code=422)
