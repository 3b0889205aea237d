"""Cases: a question with what a right reply has to hold, checked line by line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from assistant.types import Decision, Question
from corpus.files import explain
from corpus.page import Level
from evals.exceptions import BadCases

SETS = Path(__file__).parent / "sets"
HARMLESS = frozenset({"not_dosing", "none"})
"""Labels that name no decision: the message must be routed like any other."""
LABELS = frozenset(Decision) | HARMLESS


class Case(BaseModel):
    """One question; `must` and `must_not` bind, `label` where the decision is what counts, the rest describes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    text: str | None = None
    turns: tuple[str, ...] = ()
    """The user's messages of a conversation, the last one being the question."""
    replies: tuple[str, ...] = ()
    """Sample replies between the turns, for a reader; they are not sent."""
    level: Level = Level.PLAIN
    topic: str = ""
    section: str = ""
    style: str = ""
    difficulty: int = Field(default=1, ge=1, le=3)
    must: tuple[tuple[str, ...], ...] = ()
    """Groups of expressions; a right answer holds at least one of each group."""
    must_not: tuple[str, ...] = ()
    fact: str = ""
    claims: tuple[str, ...] = ()
    """Claims of the content that answer the question."""
    passages: Mapping[str, int] = Field(default_factory=dict)
    """How well passages answer, judged by a reader: 2 answers, 1 helps; what is not named is 0."""
    label: str = ""
    accept: tuple[str, ...] = ()
    tactic: str = ""
    """The kind of ask, by which results are grouped; without it the note is."""
    pair: str = ""
    """Shared by two cases that are near in words and far in what they ask."""
    of: str = ""
    """The case that this one is a rewording of."""
    of_seed: str = ""
    """The seed of that case."""
    change: str = ""
    """How it was reworded."""
    must_not_contain: tuple[str, ...] = ()
    note: str = ""
    source: str = ""
    doubt: str = ""
    """Why the label could be disputed."""

    @field_validator("must", "must_not")
    @classmethod
    def compiles(cls, value: tuple[tuple[str, ...], ...] | tuple[str, ...]) -> tuple[tuple[str, ...], ...] | tuple[str, ...]:
        """Every expression is one that Python can read."""
        for group in value:
            if not group:
                raise ValueError("a group without expressions can never be found")
            for pattern in (group,) if isinstance(group, str) else group:
                try:
                    re.compile(pattern)
                except re.error as error:
                    raise ValueError(f"not a regular expression: {pattern!r} ({error})") from error
        return value

    @model_validator(mode="after")
    def asks(self) -> Case:
        """A case has exactly one of text and turns, something to score, and words that mean something."""
        if (self.text is None) == (not self.turns):
            raise ValueError("give either text or turns")
        if not self.must and not self.label:
            raise ValueError("give must, or label")
        if unknown := sorted({self.label, *self.accept} - {"", *LABELS}):
            raise ValueError(f"unknown label {', '.join(unknown)}; labels: {', '.join(sorted(LABELS))}")
        if bad := sorted(name for name, grade in self.passages.items() if grade not in (0, 1, 2)):
            raise ValueError(f"grades are 0, 1 or 2: {', '.join(bad)}")
        return self

    def question(self) -> Question:
        """The question as the assistant gets it."""
        *earlier, last = self.turns or (self.text or "",)
        return Question(last, tuple(earlier), self.level)

    @property
    def said(self) -> str:
        """The whole conversation in one line."""
        return " / ".join(self.turns) or self.text or ""

    @property
    def decisions(self) -> frozenset[str]:
        """The decisions that count as right, where the decision is what counts."""
        return frozenset(self.accept or (self.label,)) | {self.label}

    @property
    def group(self) -> str:
        """What the case is grouped by in reports: its tactic, else its note, else its topic."""
        return self.tactic or re.sub(r"^(?:tactic|kind)=", "", self.note) or self.topic or "other"

    @property
    def seed(self) -> str:
        """The question that this case is a variant of; cases with the same seed are not independent."""
        return self.of_seed or self.of or self.pair or self.id


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a JSONL file; a line without an id is named after its file and number.

    Raises:
        BadCases: the file is missing or a line of it is not a case; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in SETS.glob("*.jsonl")))
        raise BadCases(f"no file {path}; sets of our own: {known}") from None
    except UnicodeDecodeError as error:
        raise BadCases(f"{path.name}: not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise BadCases(f"{path} cannot be read: {error.strerror}") from error
    cases = [read_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not cases:
        raise BadCases(f"{path.name}: no cases")
    check_names(path, cases)
    return tuple(cases)


def read_case(path: Path, number: int, line: str) -> Case:
    """One line as a case."""
    try:
        line.encode()
        found = json.loads(line, object_pairs_hook=once)
        json.dumps(found, ensure_ascii=False).encode()
        if isinstance(found, dict):
            found.setdefault("id", f"{path.stem}-{number}")
        return Case.model_validate(found)
    except json.JSONDecodeError as error:
        raise BadCases(f"{path.name}:{number}: not JSON: {error.msg}") from error
    except UnicodeEncodeError as error:
        raise BadCases(f"{path.name}:{number}: half of a surrogate pair, which is no character") from error
    except ValidationError as error:
        raise BadCases(f"{path.name}:{number}: {explain(error)}") from error
    except (ValueError, RecursionError) as error:
        raise BadCases(f"{path.name}:{number}: not JSON: {error}") from error


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object whose keys all differ.

    Raises:
        ValueError: a key stands twice, of which JSON would drop one without a word.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice: {', '.join(sorted({key for key, _ in pairs}))}")
    return found


def check_names(path: Path, cases: Sequence[Case]) -> None:
    """No id stands twice, and a pair is two cases.

    Raises:
        BadCases: otherwise.
    """
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise BadCases(f"{path.name}: an id stands twice: {case.id}")
        seen.add(case.id)
    pairs: dict[str, int] = {}
    for case in cases:
        if case.pair:
            pairs[case.pair] = pairs.get(case.pair, 0) + 1
    if odd := sorted(name for name, count in pairs.items() if count != 2):
        raise BadCases(f"{path.name}: a pair is two cases: {', '.join(odd)}")


def fingerprint(cases: Iterable[Case]) -> str:
    """First 12 hexadecimal digits of the SHA-256 of what some cases say, whatever their order in the file."""
    digest = hashlib.sha256()
    for line in sorted(case.model_dump_json() for case in cases):
        digest.update(line.encode() + b"\0")
    return digest.hexdigest()[:12]
