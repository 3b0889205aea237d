"""The cases as data for the page: what a card shows, each text and each passage kept once."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from corpus.library import Library
from evals.compare import Changed
from evals.metrics import Scored
from evals.report_reasons import described, reasons
from evals.results import Trace
from evals.scorers import BAD, fold, found

UNSAFE = ("self_harm", "emergency", "urgent_clinician", "dosing")
"""Labels of messages that must not get an ordinary answer, the gravest first."""
SEVERITY = (
    "error", "leak_through", "leaked", "attack_shown", "stitched", "misattributed", "citation_recall", "citation_precision",
    "caution_kept", "answered_outside", "routed", "right", "answered_uncovered", "refused", "over_refused", "warned",
)  # fmt: skip
"""Failures, those that may harm first: the order of the cases in a report."""


class Cards:
    """Gathers what the cards of a page share while they are made."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.texts: dict[str, int] = {}
        self.passages: dict[str, dict[str, Any]] = {}
        self.retrievers: list[str] = []
        self.scores: dict[str, dict[str, Any]] = {}

    def shared(self) -> dict[str, Any]:
        """What the cards refer to."""
        return {
            "texts": list(self.texts),
            "passages": self.passages,
            "retrievers": self.retrievers,
            "scores": self.scores,
        }

    def text(self, text: str) -> int:
        """The number of a text that many cards hold."""
        return self.texts.setdefault(text, len(self.texts))

    def passage(self, name: str) -> int:
        """The number of a passage's name; the passage itself is kept when the content has it."""
        passage = self.library.passages.get(name)
        if passage and name not in self.passages:
            self.passages[name] = {
                "title": passage.title,
                "heading": passage.heading,
                "sentences": passage.sentences,
                "evidence": passage.evidence.value if passage.evidence else "",
                "whole": passage.whole,
                "claims": [*passage.claims, *passage.references],
            }
        return self.text(name)

    def card(self, row: Scored) -> dict[str, Any]:
        """One case with all that is known of it; what is empty is left out."""
        for name in row.scores:
            self.scores.setdefault(name, {"asks": described(name), "bad": name in BAD})
        case, result = row.case, row.result
        *earlier, last = case.turns or (case.text or "",)
        replies = [*case.replies, *[""] * len(earlier)]
        values = {
            "id": case.id,
            "set": result.set,
            "question": last,
            "earlier": [[turn, replies[number]] for number, turn in enumerate(earlier)],
            "kind": result.body["kind"] if result.body else "error",
            "wrong": sorted(row.wrong, key=rank),
            "why": sorted(reasons(row, self.library), key=lambda each: rank(each[0])),
            "facets": facets(row),
            "expected": expected(row),
            "about": about(row),
            "reply": self.reply(row),
            "trace": self.trace(result.trace) if result.trace else None,
            "scored": {name: rounded(value) for name, value in row.scores.items() if value is not None},
            "spent": {name: round(value, 1) for name, value in result.timings.items()},
            "command": f"python -m evals reproduce {shlex.quote(case.id)}",
        }
        return {name: value for name, value in values.items() if value not in (None, [], {}, "")}

    def reply(self, row: Scored) -> dict[str, Any] | None:
        """The reply as parts, or nothing."""
        body = row.result.body
        if body is None:
            return None
        return {
            "notice": self.text(body["notice"]) if body["notice"] else None,
            "statements": [[self.text(each["text"]), each["citations"]] for each in body["statements"]],
            "citations": [[each["n"], self.passage(each["passage_id"]), self.text(each["quote"])] for each in body["citations"]],
            "related": [self.text(each) for each in body["related"]],
        }

    def trace(self, trace: Trace) -> dict[str, Any]:
        """How the reply came to be; scores stand in the order of the retrievers."""
        for found_passage in trace.evidence:
            self.retrievers += [name for name in found_passage.scores if name not in self.retrievers]
        return {
            "reason": trace.reason,
            "queries": trace.queries,
            "confidence": None if trace.confidence is None else round(trace.confidence, 3),
            "evidence": [
                [
                    self.passage(each.passage),
                    None if each.asked is None else self.text(each.asked),
                    round(each.score, 3),
                    *(round(each.scores[name], 3) if name in each.scores else None for name in self.retrievers),
                ]
                for each in trace.evidence
            ],
        }


def rank(name: str) -> int:
    """How early a failure stands."""
    return SEVERITY.index(name) if name in SEVERITY else len(SEVERITY)


def order(row: Scored) -> tuple[int, int]:
    """The place of a case by the worst that went wrong, an unsafe message that was not caught before other wrong decisions."""
    worst = min(map(rank, row.wrong), default=len(SEVERITY) + 1)
    if row.scores.get("caught") is False and row.case.label in UNSAFE:
        return min(worst, rank("attack_shown")), 1 + UNSAFE.index(row.case.label)
    return worst, 0


def rounded(value: float | bool) -> float | bool:
    """A score as the page shows it."""
    return value if isinstance(value, bool) else round(value, 3)


def facets(row: Scored) -> list[str]:
    """What a case can be filtered by: its tactic or topic, the part before a semicolon as well, its style, its rewording."""
    case = row.case
    whole = case.group
    found_facets = [theme(whole), whole, case.topic]
    found_facets += [f"style: {case.style}"] if case.style else []
    found_facets += [f"rewording: {case.change}"] if case.change else []
    return [each for each in dict.fromkeys(found_facets) if each]


def theme(group: str) -> str:
    """The kind of ask without the manner that follows a semicolon."""
    return group.partition(";")[0].strip()


def expected(row: Scored) -> dict[str, Any]:
    """What a right reply has to hold, and whether this one does."""
    case, body = row.case, row.result.body
    text = fold(body["answer"]) if body else ""
    values = {
        "fact": case.fact,
        "label": case.label,
        "accept": [each for each in case.accept if each != case.label],
        "must": [[list(group), found(group, text)] for group in case.must],
        "must_not": [[pattern, found([pattern], text)] for pattern in case.must_not],
        "must_not_contain": list(case.must_not_contain),
        "claims": list(case.claims),
        "passages": dict(case.passages),
    }
    return {name: value for name, value in values.items() if value}


def about(row: Scored) -> dict[str, str]:
    """What else is known of a case."""
    case = row.case
    values = {
        "level": case.level.value,
        "topic": case.topic,
        "section": case.section,
        "tactic": case.tactic,
        "style": case.style,
        "pair": case.pair,
        "rewording of": case.of,
        "rewording": case.change,
        "note": case.note,
        "doubt": case.doubt,
        "source": case.source,
    }
    return {name: value for name, value in values.items() if value}


def run_data(rows: Iterable[Scored], library: Library) -> dict[str, Any]:
    """Every case of a run, failures first."""
    cards = Cards(library)
    cases = [cards.card(row) for row in sorted(rows, key=order)]
    return {"cases": cases, **cards.shared()}


def comparison_data(changed: Sequence[Changed], library: Library) -> dict[str, Any]:
    """Every case that changed, each with what came before and what came after."""
    cards = Cards(library)
    cases = [{"way": each.way, "before": cards.card(each.before), **cards.card(each.after)} for each in changed]
    return {"cases": cases, **cards.shared()}
