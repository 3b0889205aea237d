"""What came back for each case, as it is kept on disk: one JSON line a case, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.types import Answer
from assistant.wire import AnswerBody, all_text
from evals.exceptions import BadRun


class Found(BaseModel):
    """A passage that the search offered, with how near it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passage: str
    score: float
    scores: Mapping[str, float]
    """By retriever: question, questions, sentence, passage, keyword."""
    asked: str | None
    """The nearest anticipated question of the passage."""


class Trace(BaseModel):
    """What led to a reply; only an assistant in this process shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    likely: tuple[tuple[str, float], ...] = ()
    """The likeliest decisions of the screen, with how likely they are."""
    queries: tuple[str, ...]
    evidence: tuple[Found, ...]
    confidence: float | None
    """The answerability score; None when nothing was searched."""


class Failure(BaseModel):
    """Why there is no reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    message: str


class Result(BaseModel):
    """What one case came to: a reply or a failure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set: str
    id: str
    body: AnswerBody | None = None
    trace: Trace | None = None
    failure: Failure | None = None
    timings: Mapping[str, float] = Field(default_factory=dict)
    """Milliseconds by step, and `total`; the only part that differs between two runs of the same version."""

    @property
    def key(self) -> tuple[str, str]:
        """What names the case in a run."""
        return self.set, self.id

    def same(self) -> dict[str, Any]:
        """Everything that has to be equal between two runs of the same version."""
        values: dict[str, Any] = self.model_dump(exclude={"timings"})
        if values["body"]:
            values["body"] = {name: value for name, value in values["body"].items() if name not in {"latency_ms", "answer_id"}}
        return values


def trace_of(answer: Answer) -> Trace:
    """The trace of an answer."""
    return Trace(
        reason=answer.verdict.reason,
        likely=tuple((decision.value, value) for decision, value in answer.verdict.likely),
        queries=answer.query.texts if answer.query else (),
        evidence=tuple(
            Found(
                passage=found.passage.id,
                score=found.score,
                scores={name: round(getattr(found.scores, name), 6) for name in found.scores.__slots__},
                asked=found.asked.text if found.asked else None,
            )
            for found in answer.evidence
        ),
        confidence=None if answer.confidence is None else round(answer.confidence, 6),
    )


def said(body: AnswerBody) -> list[str]:
    """Every text of a reply that a reader may see, at any depth; ids are not text."""
    return all_text({name: value for name, value in body.items() if name not in {"answer_id", "conversation_id"}})


def read_results(path: Path) -> Iterator[Result]:
    """The results of a file; a last line that was cut off by an interruption is passed over.

    Raises:
        BadRun: any other line is no result; the message names file and line.
    """
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            yield Result.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            if number == len(lines):  # no newline behind it: the writer was killed in the middle of it
                return
            raise BadRun(
                f"{path}:{number}: no result of a run ({error.__class__.__name__}); remove the folder and run again"
            ) from error


def write_results(path: Path, results: Iterable[Result]) -> None:
    """Write results in the order given; the file is replaced whole."""
    fresh = path.with_name(path.name + ".part")
    with fresh.open("w", encoding="utf-8") as file:
        for result in results:
            file.write(result.model_dump_json() + "\n")
    fresh.replace(path)
