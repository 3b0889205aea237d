"""What the bench gives out: a figure with what it is compared with and what it may be at most; and how much is measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tqdm import tqdm

from assistant.types import Question
from evals.cases import SETS, read_cases


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement; ratios to something measured beside it mean more than the value, which depends on the machine."""

    name: str
    value: float
    unit: str
    ratio: float | None = None
    """The value divided by what it is compared with."""
    to: str = ""
    """What it is compared with."""
    goal: float | None = None
    """The most that is wanted."""
    goal_of: Literal["ratio", "value"] = "value"
    """What the goal is a bound of."""
    count: int = 1
    """How many measurements the value is the median, or other summary, of."""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is kept; None without one."""
        measured = self.ratio if self.goal_of == "ratio" else self.value
        return None if self.goal is None or measured is None else measured <= self.goal

    def __str__(self) -> str:
        shown = [f"{self.value:,.{decimals(self.value)}f} {self.unit}"]
        if self.ratio is not None:
            shown.insert(0, f"{self.ratio:.2f} times {self.to}")
        if self.goal is not None:
            bound = "times" if self.goal_of == "ratio" else self.unit
            shown.append(f"goal at most {self.goal:,g} {bound}{'' if self.reached else ': MISSED'}")
        if self.count > 1:
            shown.append(f"n = {self.count}")
        return f"{self.name}: {', '.join(shown)}"


def decimals(value: float) -> int:
    """Digits after the point that show three figures."""
    return 0 if value >= 100 else 1 if value >= 10 else 2


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    questions: int = 120
    """Questions of each comparison."""
    rounds: int = 4
    """Rounds of throughput, each with every number of workers."""
    chunk: int = 30
    """Questions of one number of workers in one round."""
    starts: int = 5
    """Times that a process is started."""
    served: int = 100
    """Questions that are sent to the server whose memory is read."""
    passages: tuple[int, ...] = (200, 10_000, 100_000)
    queries: int = 200
    """Queries of each size of store."""


QUICK = Sizes(questions=24, rounds=2, chunk=8, starts=2, served=16, passages=(200, 2_000), queries=50)

LONGEST = 40
"""Words; longer messages are searched in several wordings, so that one embedding is no measure for them."""


def single_messages() -> list[Question]:
    """Questions of one message that the content answers."""
    cases = [case for name in ("answerable", "answerable_fit") for case in read_cases(SETS / f"{name}.jsonl")]
    texts = dict.fromkeys(case.text for case in cases if case.text and len(case.text.split()) < LONGEST)
    return [Question(text) for text in texts if text]


def follow_ups() -> list[Question]:
    """Last messages of conversations, with what was said before."""
    return [case.question() for case in read_cases(SETS / "followups.jsonl")]


def evenly(questions: Sequence[Question], count: int) -> list[Question]:
    """So many of some questions, taken evenly, as neighbours in a file are of one topic."""
    return list(questions[:: max(1, len(questions) // count)][:count])


def alternate(
    steps: Mapping[str, Callable[[Question], object]],
    questions: Sequence[Question],
    title: str,
    prepare: Callable[[Question], object] = lambda question: None,
) -> dict[str, list[float]]:
    """Milliseconds of every step for every question; who comes first changes with each, so that nobody gains from the other.

    What `prepare` does with a question beforehand is not timed.
    """
    spent: dict[str, list[float]] = {name: [] for name in steps}
    names = list(steps)
    for number, question in enumerate(tqdm(questions, desc=title, unit="question")):
        prepare(question)
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            started = time.perf_counter()
            steps[name](question)
            spent[name].append((time.perf_counter() - started) * 1_000)
    return spent


def against(name: str, spent: Sequence[float], bare: Sequence[float], to: str, goal: float | None = None) -> Figure:
    """The median of some times, as a multiple of the median of the times they are compared with."""
    value = statistics.median(spent)
    return Figure(name, value, "ms", value / statistics.median(bare), to, goal, "ratio", len(spent))
