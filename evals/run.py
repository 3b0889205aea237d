"""Runs a set through the assistant and says what came out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict

from assistant.pipeline import Assistant
from assistant.types import Answer
from assistant.wire import to_body
from evals.cases import Case
from evals.scorers import is_quoted, is_right, is_routed, leaks, words
from evals.stats import Rate, rate

GATES = Path(__file__).parent / "gates.toml"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case came to."""

    case: Case
    answer: Answer
    right: bool | None
    routed: bool | None
    quoted: bool | None
    words: int | None
    leaks: tuple[str, ...]


class Gate(BaseModel):
    """The bounds of one set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right_at_least: float | None = None
    routed_at_least: float | None = None
    median_words_at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one set."""

    name: str
    right: Rate | None
    routed: Rate | None
    quoted: Rate | None
    median_words: float | None
    leaks: int

    def lines(self) -> list[str]:
        """The figures for a reader."""
        found = [f"{self.name}"]
        found += [f"  right     {self.right}"] if self.right else []
        found += [f"  routed    {self.routed}"] if self.routed else []
        found += [f"  verbatim  {self.quoted}"] if self.quoted else []
        found += [f"  words     median {self.median_words:.0f}"] if self.median_words is not None else []
        return [*found, f"  leaks     {self.leaks}"]


def ask(assistant: Assistant, case: Case) -> Outcome:
    """Ask one case and score it."""
    answer = assistant.answer(case.question())
    return Outcome(
        case=case,
        answer=answer,
        right=is_right(case, answer),
        routed=is_routed(case, answer),
        quoted=is_quoted(answer),
        words=words(answer),
        leaks=tuple(leaks(to_body(answer, assistant.library, case.id))),
    )


def summarise(name: str, outcomes: Iterable[Outcome]) -> Summary:
    """The figures of a set; a score that does not apply counts nowhere."""
    found = list(outcomes)
    counted = [each.words for each in found if each.words is not None]
    return Summary(
        name=name,
        right=rate([each.right for each in found]),
        routed=rate([each.routed for each in found]),
        quoted=rate([each.quoted for each in found]),
        median_words=median(counted) if counted else None,
        leaks=sum(bool(each.leaks) for each in found),
    )


def read_gates(path: Path = GATES) -> dict[str, Gate]:
    """The gates by set."""
    return {name: Gate.model_validate(bounds) for name, bounds in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def failed(summary: Summary, gate: Gate) -> list[str]:
    """Why a set does not pass: one leak or one sentence that is no quotation is always too many."""
    problems = []
    if summary.leaks:
        problems.append(f"{summary.leaks} replies with a leak")
    if summary.quoted and summary.quoted.hits < summary.quoted.total:
        problems.append(f"{summary.quoted.total - summary.quoted.hits} answers with a sentence that is no quotation")
    for label, bound, found in (("right", gate.right_at_least, summary.right), ("routed", gate.routed_at_least, summary.routed)):
        if bound is not None and (found is None or found.value < bound):
            problems.append(f"{label}: {found} is below {bound:.1%}")
    if gate.median_words_at_most is not None and (summary.median_words or 0) > gate.median_words_at_most:
        problems.append(f"median of {summary.median_words:.0f} words is above {gate.median_words_at_most:.0f}")
    return problems
