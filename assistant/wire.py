"""What an answer looks like outside: the one JSON form of the HTTP API, the batch command and `--json`."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

from assistant.types import Answer, Citation
from corpus.library import Library
from corpus.reference import Reference


class ReferenceBody(TypedDict):
    """A bibliography entry."""

    id: str
    text: str
    url: str | None
    status: str


class CitationBody(TypedDict):
    """A quoted passage with the references that it cites."""

    n: int
    passage_id: str
    page: str
    title: str
    heading: str
    quote: str
    evidence: str | None
    reviewed: str | None
    references: list[ReferenceBody]


class StatementBody(TypedDict):
    """A sentence with the numbers of its citations."""

    text: str
    citations: list[int]


class AnswerBody(TypedDict):
    """A whole reply."""

    answer_id: str
    conversation_id: str | None
    kind: str
    answer: str
    statements: list[StatementBody]
    citations: list[CitationBody]
    notice: str | None
    related: list[str]
    corpus_version: str
    policy_version: str
    latency_ms: float


def to_body(answer: Answer, library: Library, answer_id: str, conversation_id: str | None = None) -> AnswerBody:
    """An answer as JSON-ready values; citations are numbered from 1 in order of appearance."""
    numbers = {citation: number for number, citation in enumerate(answer.citations, 1)}
    return {
        "answer_id": answer_id,
        "conversation_id": conversation_id,
        "kind": answer.kind.value,
        "answer": answer.text,
        "statements": [
            {"text": statement.text, "citations": [numbers[citation] for citation in statement.citations]}
            for statement in answer.statements
        ],
        "citations": [to_citation(citation, number, library) for citation, number in numbers.items()],
        "notice": answer.notice.text if answer.notice else None,
        "related": list(answer.related),
        "corpus_version": answer.corpus_version,
        "policy_version": answer.policy_version,
        "latency_ms": round(sum(answer.timings.values()), 3),
    }


def to_citation(citation: Citation, number: int, library: Library) -> CitationBody:
    """One citation with its references."""
    passage = citation.passage
    return {
        "n": number,
        "passage_id": passage.id,
        "page": passage.page,
        "title": passage.title,
        "heading": passage.heading,
        "quote": citation.quote,
        "evidence": passage.evidence.value if passage.evidence else None,
        "reviewed": passage.reviewed.isoformat() if passage.reviewed else None,
        "references": [to_reference(library.references[key]) for key in passage.references],
    }


def to_reference(reference: Reference) -> ReferenceBody:
    """One bibliography entry."""
    return {"id": reference.id, "text": reference.text, "url": reference.url, "status": reference.status.value}


def all_text(body: Any) -> list[str]:
    """Every string of a body, at any depth, for checks over the whole response."""
    match body:
        case str():
            return [body]
        case dict():
            return [text for value in body.values() for text in all_text(value)]
        case list() | tuple():
            return [text for value in body for text in all_text(value)]
        case _:
            return []
