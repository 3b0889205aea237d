"""Lets pass only what is said in a retrieved passage, word for word, and holds no dosing advice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.types import Draft, Statement
from corpus.leaks import leaks
from index.search import Evidence


@lru_cache(maxsize=32_768)
def gives_dose(sentence: str) -> bool:
    """Whether a text holds dosing advice; remembered, because only texts of ours are ever asked about."""
    return leaks(sentence)


def verify(draft: Draft, evidence: Sequence[Evidence]) -> tuple[Statement, ...]:
    """The statements of a draft that hold; sentences of a `whole` passage hold only all together."""
    offered = {found.passage.id: found.passage for found in evidence}
    held = tuple(statement for statement in draft if holds(statement, frozenset(offered)))
    return tuple(statement for statement in held if not torn(statement, held))


def torn(statement: Statement, held: Sequence[Statement]) -> bool:
    """Whether a statement belongs to a passage that is quoted whole or not at all, and a part of that is not held."""
    said = {citation.quote for each in held for citation in each.citations}
    return any(citation.passage.whole and not set(citation.passage.sentences) <= said for citation in statement.citations)


def holds(statement: Statement, offered: frozenset[str]) -> bool:
    """Whether a statement stands verbatim in a passage that was offered, cites nothing else, and gives no dosing advice."""
    cited = statement.citations
    return (
        bool(cited)
        and all(citation.passage.id in offered for citation in cited)
        and any(statement.text in citation.passage.text for citation in cited)
        and not gives_dose(statement.text)
    )
