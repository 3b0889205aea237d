"""Two runs side by side on the same cases: which figures moved, how surely, and which cases changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.library import Library
from evals.exceptions import BadRun
from evals.metrics import Scored
from evals.run import Run
from evals.scorers import BAD
from evals.stamp import DATA
from evals.stats import cluster_interval, mcnemar, paired_p


@dataclass(frozen=True, slots=True)
class Delta:
    """How one score moved on one set."""

    set: str
    name: str
    before: float
    after: float
    low: float
    high: float
    """95 % interval of the difference, by a bootstrap of seed questions."""
    p: float
    """Exact McNemar for what holds or not, seeded permutation for what is measured."""
    test: str
    cases: int

    @property
    def worse(self) -> bool:
        """Whether the score is surely worse."""
        moved = self.after - self.before
        return self.p < 0.05 and (moved > 0 if self.name in BAD else moved < 0) and self.name not in NEUTRAL


NEUTRAL = frozenset({"words", "reading_grade"})
"""Scores of which neither direction is worse by itself."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One case that came out differently."""

    before: Scored
    after: Scored

    @property
    def way(self) -> str:
        """`regressed`, `improved` or `changed`."""
        if bool(self.before.wrong) != bool(self.after.wrong):
            return "regressed" if self.after.wrong else "improved"
        return "changed"


def comparable(first: Run, second: Run) -> None:
    """Check that two complete runs asked the same.

    Raises:
        BadRun: the cases, the seed or the form differ, or a run is incomplete.
    """
    for run in (first, second):
        if run.missing:
            raise BadRun(
                f"{run.folder} lacks {run.missing} results; finish it with `python -m evals run --resume --out {run.folder}`"
            )
    if differences := first.stamp.differs(second.stamp, *DATA):
        raise BadRun(f"these runs asked different things: {'; '.join(differences)}")


def pairs(first: Run, second: Run, library: Library) -> list[tuple[Scored, Scored]]:
    """The same case in both runs."""
    comparable(first, second)
    later = {row.result.key: row for row in second.scored(library)}
    return [(row, later[row.result.key]) for row in first.scored(library)]


def deltas(both: list[tuple[Scored, Scored]]) -> Iterator[Delta]:
    """How every score moved on every set, over the cases to which it applies in both runs."""
    for name in dict.fromkeys(before.result.set for before, _ in both):
        listed = [pair for pair in both if pair[0].result.set == name]
        for score in dict.fromkeys(key for before, _ in listed for key in before.scores):
            values = [
                (old, new, before.case.seed)
                for before, after in listed
                if (old := before.scores.get(score)) is not None and (new := after.scores.get(score)) is not None
            ]
            if values:
                yield delta(name, score, values)


def delta(name: str, score: str, values: list[tuple[float | bool, float | bool, str]]) -> Delta:
    """How one score moved."""
    old, new = [float(one) for one, _, _ in values], [float(other) for _, other, _ in values]
    low, high = cluster_interval([b - a for a, b in zip(old, new, strict=True)], [seed for _, _, seed in values])
    if all(isinstance(one, bool) and isinstance(other, bool) for one, other, _ in values):
        lost = sum(a > b for a, b in zip(old, new, strict=True))
        won = sum(b > a for a, b in zip(old, new, strict=True))
        p, test = mcnemar(lost, won), "McNemar"
    else:
        p, test = paired_p(old, new), "permutation"
    return Delta(name, score, sum(old) / len(old), sum(new) / len(new), low, high, p, test, len(values))


def changes(both: list[tuple[Scored, Scored]]) -> list[Changed]:
    """The cases whose reply, scores or failure differ; those that got worse first."""
    found = [Changed(before, after) for before, after in both if outcome(before) != outcome(after)]
    order = ("regressed", "improved", "changed")
    return sorted(found, key=lambda each: order.index(each.way))


def outcome(row: Scored) -> tuple[object, object, object]:
    """What a case came to, without versions and what led to it, which may differ in every case."""
    same = row.result.same()
    body = {name: value for name, value in (same["body"] or {}).items() if name not in {"corpus_version", "policy_version"}}
    return body, same["failure"], row.scores
