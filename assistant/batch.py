"""Answers a file of questions, row by row; a row that cannot be answered says why and costs no other row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.exceptions import BadQuestion
from assistant.pipeline import Assistant
from assistant.types import Question
from assistant.wire import to_body
from corpus.files import explain
from corpus.page import Level


class Row(BaseModel):
    """One question of a batch: `text`, or `turns` whose last one is asked; other keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str | int
    text: str | None = None
    turns: list[str] | None = None

    @model_validator(mode="after")
    def either(self) -> Row:
        """A row has exactly one of text and turns."""
        if (self.text is None) == (not self.turns):
            raise ValueError("give either text or turns")
        return self

    def question(self, level: Level) -> Question:
        """The question of the row."""
        *earlier, last = self.turns or [self.text or ""]
        return Question(last, tuple(earlier), level)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to."""

    answered: int
    failed: int


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, with their numbers; bytes that are not UTF-8 are kept as marks."""
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line


def answer_line(assistant: Assistant, number: int, line: str, level: Level) -> tuple[dict[str, Any], bool]:
    """The output row of one input line, and whether it was answered."""
    found: Any = None
    try:
        line.encode()
        found = json.loads(line)
        row = Row.model_validate(found)
        body = to_body(assistant.answer(row.question(level)), assistant.library, str(uuid4()))
        return {"id": row.id, **body}, True
    except UnicodeEncodeError:
        message = "the line is not UTF-8 text"
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno}"
    except ValidationError as error:
        message = explain(error)
    except BadQuestion as error:
        message = str(error)
    name = found.get("id") if isinstance(found, dict) else None
    return {"id": name, "error": {"line": number, "message": message}}, False


def answer_file(
    assistant: Assistant, source: Path, target: Path, level: Level, advance: Callable[[], object] = lambda: None
) -> Outcome:
    """Answer every row of a JSONL file; the target appears when it is complete.

    Raises:
        OSError: a file cannot be read or written.
    """
    answered = failed = 0
    fresh = target.with_name(target.name + ".part")
    with fresh.open("w", encoding="utf-8") as out:
        for number, line in read_lines(source):
            row, done = answer_line(assistant, number, line, level)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            answered, failed = answered + done, failed + (not done)
            advance()
    fresh.replace(target)
    return Outcome(answered, failed)
