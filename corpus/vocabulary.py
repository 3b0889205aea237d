"""The registers beside the pages: claims, glossary, labels and anticipated questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from corpus.exceptions import ContentError
from corpus.files import explain, parse_yaml, read_text
from corpus.page import EvidenceLabel, Level, Population

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Handling(StrEnum):
    """How a claim may be said."""

    STATE = "state"
    CAVEAT = "state_with_caveat"
    EXPLAIN = "explain_only"


class Claim(Strict):
    """One fact that a page must carry, with the caution that a clinician would add."""

    id: str
    doc: str
    topic: str
    audience: Level
    claim: str
    evidence: EvidenceLabel
    handling: Handling = Handling.STATE
    caution: str = ""
    note: str = ""
    support_refs: tuple[str, ...] = ()
    article_refs: tuple[str, ...] = ()
    section: str = ""
    heading: str = ""
    mapping: str = ""


class Claims(Strict):
    """The register of claims."""

    meta: Mapping[str, Any]
    claims: tuple[Claim, ...]
    curator_additions: tuple[Claim, ...]


class Term(Strict):
    """A word of the pages, with the words that patients use for it."""

    term: str
    patient_says: tuple[str, ...] = ()
    definition: str
    docs: tuple[str, ...] = ()
    note: str = ""


class Glossary(Strict):
    """All terms."""

    meta: Mapping[str, Any]
    glossary: tuple[Term, ...]


class Words(Strict):
    """A label in patient words, with what it means."""

    words: str
    meaning: str


class ReviewWords(Strict):
    """What is said of a page's review."""

    pending: str
    done: str


class Labels(Strict):
    """Every label that stands beside a quotation."""

    evidence: Mapping[EvidenceLabel, Words]
    status: Mapping[str, Words]
    review: ReviewWords
    no_study: str
    bibliography: str
    levels: Mapping[Level, str]
    population: Mapping[Population, str]

    @field_validator("evidence", "levels", "population")
    @classmethod
    def complete(cls, value: Mapping[StrEnum, object]) -> Mapping[StrEnum, object]:
        """Every code has its words."""
        kind = type(next(iter(value), Level.PLAIN))
        if missing := [code.value for code in kind if code not in value]:
            raise ValueError(f"no words for {', '.join(missing)}")
        return value


class QuestionGroup(Strict):
    """Questions that one passage answers, and the sentence of it that answers best."""

    claim: str = ""
    answer: tuple[str, ...] = Field(min_length=1)
    questions: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Anticipated:
    """A question that somebody is likely to ask, laid beside the passage that answers it."""

    text: str
    passage: str
    answer: tuple[str, ...]
    claim: str


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as a checked model.

    Raises:
        ContentError: it is not YAML, or not of the expected form.
    """
    try:
        return model.model_validate(parse_yaml(path, read_text(path)))
    except ValidationError as error:
        raise ContentError(path, 1, explain(error)) from error


def read_claims(path: Path) -> dict[str, Claim]:
    """All claims, the curator's additions included, by id."""
    register = read_yaml(path, Claims)
    found: dict[str, Claim] = {}
    for claim in (*register.claims, *register.curator_additions):
        if claim.id in found:
            raise ContentError(path, 1, f"two claims with the id {claim.id!r}")
        found[claim.id] = claim
    return found


class QuestionFile(Strict):
    """A file of anticipated questions: passage id to groups."""

    passages: Mapping[str, tuple[QuestionGroup, ...]]


def read_questions(path: Path) -> tuple[Anticipated, ...]:
    """The anticipated questions of one page, in file order."""
    try:
        file = QuestionFile.model_validate({"passages": parse_yaml(path, read_text(path)) or {}})
    except ValidationError as error:
        raise ContentError(path, 1, explain(error)) from error
    return tuple(
        Anticipated(question, passage, group.answer, group.claim)
        for passage, groups in file.passages.items()
        for group in groups
        for question in group.questions
    )
