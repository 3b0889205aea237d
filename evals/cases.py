"""Cases: a question with what a right answer has to hold, checked line by line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from assistant.types import Decision, Question
from corpus.files import explain
from corpus.page import Level
from evals.exceptions import EvalsError

SETS = Path(__file__).parent / "sets"


class Case(BaseModel):
    """One question; `must` and `must_not` bind, `label` where the decision is what counts, the rest describes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str | None = None
    turns: tuple[str, ...] = ()
    topic: str = ""
    section: str = ""
    style: str = ""
    must: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    fact: str = ""
    difficulty: int = 1
    claims: tuple[str, ...] = ()
    label: str = ""
    accept: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    replies: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()

    @field_validator("must", "must_not")
    @classmethod
    def compiles(cls, value: tuple[tuple[str, ...], ...] | tuple[str, ...]) -> tuple[tuple[str, ...], ...] | tuple[str, ...]:
        """Every expression is one that Python can read."""
        for group in value:
            for pattern in (group,) if isinstance(group, str) else group:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"not a regular expression: {pattern!r} ({error})") from error
        return value

    @model_validator(mode="after")
    def asks(self) -> Case:
        """A case has exactly one of text and turns, and something to score."""
        if (self.text is None) == (not self.turns):
            raise ValueError("give either text or turns")
        if not self.must and not self.label:
            raise ValueError("give must, or label")
        return self

    def question(self, level: Level = Level.PLAIN) -> Question:
        """The question as the assistant gets it."""
        *earlier, last = self.turns or (self.text or "",)
        return Question(last, tuple(earlier), level)

    @property
    def decisions(self) -> frozenset[str]:
        """The decisions that count as right, where the decision is what counts."""
        return frozenset(self.accept or (self.label,)) | {self.label}


REFUSALS = frozenset(Decision) - {Decision.ANSWER}


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a JSONL file.

    Raises:
        EvalsError: the file is missing or a line of it is not a case; the message names file and line.
    """
    if not path.is_file():
        raise EvalsError(f"no file {path}; sets of our own: {', '.join(sorted(each.stem for each in SETS.glob('*.jsonl')))}")
    cases: list[Case] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            raise EvalsError(f"{path.name}:{number}: not JSON: {error.msg}") from error
        except ValidationError as error:
            raise EvalsError(f"{path.name}:{number}: {explain(error)}") from error
    if not cases:
        raise EvalsError(f"{path.name}: no cases")
    if len({case.id for case in cases}) != len(cases):
        raise EvalsError(f"{path.name}: an id stands twice")
    return tuple(cases)
