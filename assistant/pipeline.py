"""The flow of a question, top to bottom: read ahead, screen, rewrite, search, compose, verify."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from assistant.answerability import Coverage
from assistant.exceptions import BadQuestion, QuestionTooLong
from assistant.gate import Gate
from assistant.policy import Policy
from assistant.suggest import Suggestions
from assistant.types import (
    LONGEST_QUESTION,
    Answer,
    Citation,
    Compose,
    Decision,
    Draft,
    Question,
    Rewrite,
    Screen,
    Search,
    Statement,
    Verdict,
    Verify,
)
from assistant.withdrawn import nothing_withdrawn
from corpus.library import Library
from corpus.page import Passage
from index.search import Evidence, Query, Scores

Answerable = Callable[[Query, Sequence[Evidence]], Coverage]
LONGEST_RELATED = 3
NEAR_ENOUGH = 0.75
"""Share of the best passage's score from which another passage's question is offered."""


def nothing_ahead(question: Question) -> None:
    """Reads nothing ahead."""


@dataclass(frozen=True)
class Assistant:
    """Answers questions; frozen, shared by all threads."""

    library: Library
    policy: Policy
    screen: Screen
    rewrite: Rewrite
    search: Search
    answerable: Answerable
    compose: Compose
    verify: Verify
    gate: Gate
    suggest: Suggestions
    ahead: Callable[[Question], None] = nothing_ahead
    """Embeds together what the steps will read one by one."""
    withdrawn: Callable[[], frozenset[str]] = nothing_withdrawn
    """Ids of passages that staff have taken back; asked anew for each question."""

    def answer(self, question: Question) -> Answer:
        """The whole reply to one question, as it may be shown.

        Raises:
            QuestionTooLong: more than 4,000 characters, unless a red flag stands anywhere in it.
            BadQuestion: nothing readable in it.
        """
        return self.gate(self._answer(question))

    def _answer(self, question: Question) -> Answer:
        timings: dict[str, float] = {}
        check_readable(question)
        with timed(timings, "ahead"):
            self.ahead(question)
        with timed(timings, "screen"):
            verdict = self.screen(question)
        check_length(question, verdict)
        if self.policy.paused:
            return self._reply(question, without_answer(verdict), timings=timings)
        if verdict.decision.stops:
            return self._reply(question, verdict, timings=timings)
        if verdict.decision.red_flag or (verdict.decision is not Decision.ANSWER and not verdict.remainder):
            return self._reply(question, verdict, self._support(verdict), timings=timings)
        with timed(timings, "rewrite"):
            query = self.rewrite(question, verdict)
        with timed(timings, "search"):
            gone = self.withdrawn()
            evidence = tuple(found for found in self.search(query) if found.passage.id not in gone)
        with timed(timings, "compose"):
            coverage = self.answerable(query, evidence)
            statements = self._compose(query, evidence) if coverage.enough else ()
        related = self._related(evidence, statements, question)
        if not statements and verdict.decision is Decision.ANSWER:
            reason = "no passage is near enough to the question"
            verdict = replace(verdict, decision=Decision.IN_DOMAIN_NOT_COVERED, reason=reason)
        return self._reply(
            question, verdict, statements or self._support(verdict), related, query, evidence, coverage.likely, timings
        )

    def _compose(self, query: Query, evidence: Sequence[Evidence]) -> tuple[Statement, ...]:
        statements = self.verify(self.compose(query, evidence), evidence)
        return self._with_safety(query, statements)

    def _with_safety(self, query: Query, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
        """The statements with the safety lines that their pages ask for, and the one on stopping where it is touched on."""
        if not statements:
            return ()
        lead = statements[0].citations[0].passage
        quoted = {citation.passage.id for statement in statements for citation in statement.citations}
        of_page = self.library.pages[lead.page].safety if lead.page in self.library.pages else ()
        names = [name for name in of_page if name not in quoted][:1]
        if touches_stopping(query, statements) and self.policy.stopping_line not in quoted:
            names.append(self.policy.stopping_line)
        gone = self.withdrawn()
        lines = (self.library.passage(name) for name in dict.fromkeys(names) if name not in gone)
        return (*statements, *(statement for passage in lines for statement in first_of(passage)))

    def _support(self, verdict: Verdict) -> tuple[Statement, ...]:
        """The fixed passages that the policy lays beside a notice."""
        names = self.policy.support.get(verdict.support, ())
        gone = self.withdrawn()
        passages = [self.library.passage(name) for name in names if name not in gone]
        draft: Draft = tuple(statement for passage in passages for statement in quote(passage, passage.sentences))
        return self.verify(draft, [as_evidence(passage) for passage in passages])

    def _related(self, evidence: Sequence[Evidence], statements: Sequence[Statement], question: Question) -> tuple[str, ...]:
        """Questions that near passages answer and the answer did not use, one a passage."""
        used = {citation.passage.id for statement in statements for citation in statement.citations}
        asked = {text.casefold() for text in (question.text, *question.earlier)}
        near = [each for each in evidence if each.passage.id not in used and each.score >= NEAR_ENOUGH * evidence[0].score]
        found = [self.suggest(each.passage.id, each.asked.text if each.asked else "") for each in near]
        return tuple(text for text in dict.fromkeys(found) if text and text.casefold() not in asked)[:LONGEST_RELATED]

    def _reply(
        self,
        question: Question,
        verdict: Verdict,
        statements: tuple[Statement, ...] = (),
        related: tuple[str, ...] = (),
        query: Query | None = None,
        evidence: tuple[Evidence, ...] = (),
        confidence: float | None = None,
        timings: dict[str, float] | None = None,
    ) -> Answer:
        return Answer(
            question=question,
            verdict=verdict,
            policy_version=self.policy.version,
            corpus_version=self.library.version,
            notice=self.policy.notice(verdict),
            statements=statements,
            related=related,
            query=query,
            evidence=evidence,
            confidence=confidence,
            timings=timings or {},
        )


STOPS = re.compile(
    r"\b(?:stop(?:s|ped|ping)?|quit(?:s|ting)?|com(?:e|ing) off|giv(?:e|ing) up|break from|"
    r"switch(?:ed|ing)?|change of)\b[^.?!]{0,40}"
    r"\b(?:treatment|inhibitors?|medicines?|tablets?|pills?|anastrozole|letrozole|exemestane|arimidex|femara|aromasin)\b",
    re.IGNORECASE,
)
TALKS_FIRST = re.compile(r"\bbefore (?:you )?(?:stop|chang)|\bstop or change\b", re.IGNORECASE)


def touches_stopping(query: Query, statements: Sequence[Statement]) -> bool:
    """Whether question or answer speak of stopping or changing treatment and the answer lacks the line on talking first."""
    said = " ".join(statement.text for statement in statements)
    return bool(STOPS.search(f"{query.text}. {said}")) and not TALKS_FIRST.search(said)


def quote(passage: Passage, sentences: Sequence[str]) -> Draft:
    """Some sentences of a passage as statements."""
    return tuple(Statement(sentence, (Citation(passage, sentence),)) for sentence in sentences)


def first_of(passage: Passage) -> Draft:
    """The first sentence of a passage, or all of them when it is quoted whole."""
    return quote(passage, passage.sentences if passage.whole else passage.sentences[:1])


def without_answer(verdict: Verdict) -> Verdict:
    """What the screen decided, with nothing answered: the service is paused."""
    if verdict.decision is not Decision.ANSWER:
        return verdict
    return replace(verdict, decision=Decision.IN_DOMAIN_NOT_COVERED, reason="the service is paused")


def as_evidence(passage: Passage) -> Evidence:
    """A passage that the policy names, as if it had been found."""
    same = tuple(1.0 for _ in passage.sentences)
    return Evidence(passage, 1.0, Scores(1.0, 1.0, 1.0, 1.0, 1.0), same, same, None)


def check_readable(question: Question) -> None:
    """Refuse what holds no readable character.

    Raises:
        BadQuestion: the text is empty, or holds binary data.
    """
    for text in (question.text, *question.earlier):
        if "\x00" in text or any(unicodedata.category(letter) == "Cs" for letter in text):
            raise BadQuestion("the question holds binary data; please type it as plain text")
    if not any(letter.isprintable() and not letter.isspace() for letter in question.text):
        raise BadQuestion("the question is empty; please type a question")


def check_length(question: Question, verdict: Verdict) -> None:
    """Refuse what is too long to be read with care; a cry for help is heard at any length.

    Raises:
        QuestionTooLong: the text has more than 4,000 characters and no red flag.
    """
    if len(question.text) > LONGEST_QUESTION and not verdict.decision.red_flag:
        raise QuestionTooLong(f"the question has {len(question.text):,} characters; please ask in at most {LONGEST_QUESTION:,}")


@contextmanager
def timed(timings: dict[str, float], step: str) -> Iterator[None]:
    """Record how many milliseconds a step takes."""
    started = time.perf_counter()
    yield
    timings[step] = (time.perf_counter() - started) * 1_000
