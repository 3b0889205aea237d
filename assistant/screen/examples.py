"""The labelled messages that the classifier learns from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from assistant.screen.normalise import normalise
from assistant.screen.rules import RuleSet
from assistant.types import Decision

EXAMPLES = Path(__file__).parent / "training.jsonl"
FOLDS = 10

Label = Literal[
    "self_harm", "emergency", "urgent_clinician", "dosing", "diagnosis", "injection",
    "out_of_scope", "chitchat", "gibberish", "unsupported_language", "pass",
]  # fmt: skip
LABELS: tuple[Label, ...] = (
    "self_harm", "emergency", "urgent_clinician", "dosing", "diagnosis", "injection",
    "out_of_scope", "chitchat", "gibberish", "unsupported_language", "pass",
)  # fmt: skip
GUARDED = (Decision.SELF_HARM, Decision.EMERGENCY, Decision.URGENT_CLINICIAN, Decision.DOSING)
HARMLESS: dict[str, Label] = {"not_dosing": "pass", "none": "pass", "covered": "pass"}
"""Labels of sets that are no decision: such a message passes."""


def fold_of(text: str) -> int:
    """A number below ten that depends on the text alone."""
    return int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), 16) % FOLDS


class ExamplesError(ValueError):
    """A line of the training file cannot be used."""


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation and the label of its last message."""

    turns: tuple[str, ...]
    label: Label

    @property
    def fold(self) -> int:
        """A number below ten that depends on the text alone: 0 chooses thresholds, 1 is for reporting, the others train."""
        return fold_of("\n".join(self.turns))


class ExampleLine(BaseModel):
    """A line of the training file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    text: str = ""
    turns: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def has_words(self) -> ExampleLine:
        """Exactly one of text and turns is given."""
        if bool(self.text) == bool(self.turns):
            raise ValueError("needs either text or turns")
        if HARMLESS.get(self.label, self.label) not in LABELS:
            raise ValueError(f"unknown label {self.label!r}")
        return self


def read_examples(path: Path = EXAMPLES) -> tuple[Example, ...]:
    """The training file, checked line by line."""
    lines = path.read_text("utf-8").splitlines()
    return tuple(parse(line, f"{path.name}:{number}") for number, line in enumerate(lines, 1) if line)


def parse(line: str, place: str) -> Example:
    """One line of the training file."""
    try:
        entry = ExampleLine.model_validate_json(line)
    except ValidationError as error:
        raise ExamplesError(f"{place}: {error}") from error
    name = HARMLESS.get(entry.label, entry.label)
    return Example(entry.turns or (entry.text,), next(label for label in LABELS if label == name))


def harmless(questions: Iterable[str], rules: RuleSet | None = None) -> tuple[Example, ...]:
    """Anticipated questions as examples of what has to pass; one that a red-flag or dosing rule takes must teach nothing."""
    texts = (question for question in questions if not (rules and rules.fire(normalise(question), (), GUARDED)))
    return tuple(Example((text,), "pass") for text in texts)


def fingerprint(examples: Iterable[Example], *parts: str) -> str:
    """A short hash of training data and whatever else a classifier depends on."""
    lines = sorted(json.dumps([*each.turns, each.label], ensure_ascii=True) for each in examples)
    return hashlib.sha256("\n".join([*lines, *parts]).encode()).hexdigest()[:16]
