"""From scored cases to figures, each with how many cases it was scored on, how many there were, and a 95 % interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from corpus.library import Library
from evals.cases import Case
from evals.results import Result
from evals.retrieval import retrieval_scores
from evals.scorers import failures, score
from evals.stats import Rate, aurc, auroc, auroc_interval, cluster_interval, percentile, risk_coverage

ALL = "all"
"""The set of every case, whichever set it came from."""
BY_GROUP = ("right", "routed", "caught", "over_refused", "answered_uncovered")
"""Scores that are also given by tactic, topic and style."""
STEPS = ("total", "screen", "rewrite", "search", "compose")
SHARES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Scored:
    """A case with its result and its scores."""

    case: Case
    result: Result
    scores: Mapping[str, float | bool | None]

    @property
    def wrong(self) -> list[str]:
        """Why the case counts as failed; a case without a reply fails by its error."""
        return ["error"] if self.result.failure else failures(self.scores)


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure."""

    set: str
    name: str
    unit: str
    """`rate`, `mean`, `count`, `score` or `ms`."""
    value: float
    scored: int
    total: int
    low: float | None = None
    high: float | None = None
    group: str = ""
    """The tactic, topic, style or change that the figure is limited to; empty for the whole set."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the figure."""
        return self.set, self.name, self.group

    def __str__(self) -> str:
        bounds = (
            "" if self.low is None or self.high is None else f" ({shown(self.low, self.unit)} to {shown(self.high, self.unit)})"
        )
        return f"{shown(self.value, self.unit)}{bounds}, {self.scored} of {self.total}"


def shown(value: float, unit: str) -> str:
    """A value as a reader expects it."""
    match unit:
        case "rate":
            return f"{value:.1%}"
        case "count":
            return f"{value:.0f}"
        case "ms":
            return f"{value:.1f} ms"
        case _:
            return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def score_all(pairs: Sequence[tuple[Case, Result]], library: Library) -> list[Scored]:
    """Every case with all that can be asked of it."""
    ranked = retrieval_scores(pairs)
    return [Scored(case, result, {**score(case, result, library), **ranked.get(result.key, {})}) for case, result in pairs]


def measure(rows: Sequence[Scored]) -> list[Metric]:
    """Every figure of a run, sets in the order of their cases, the set of all last."""
    found: list[Metric] = []
    names = list(dict.fromkeys(row.result.set for row in rows))
    for name in (*names, ALL):
        listed = [row for row in rows if name in (ALL, row.result.set)]
        found += plain_figures(name, listed)
        found += pair_figures(name, listed)
        found += latency_figures(name, listed)
    found += boundary_figures(rows)
    found += change_figures(rows)
    return found


def plain_figures(name: str, rows: Sequence[Scored]) -> Iterator[Metric]:
    """Errors, and every score on all cases of a set and by group."""
    errors = sum(row.result.failure is not None for row in rows)
    yield Metric(name, "errors", "count", errors, len(rows), len(rows))
    for score_name in dict.fromkeys(key for row in rows for key in row.scores):
        yield from figure(name, score_name, rows)
        if score_name == "words":
            yield from spread(name, score_name, rows)
        if score_name not in BY_GROUP or name == ALL:
            continue
        for kind, of in (("", lambda case: case.group), ("style: ", lambda case: case.style)):
            yield from by_group(name, score_name, rows, kind, of)


def by_group(name: str, score_name: str, rows: Sequence[Scored], kind: str, of: Callable[[Case], str]) -> Iterator[Metric]:
    """A score for each group of a set."""
    groups: dict[str, list[Scored]] = {}
    for row in rows:
        if of(row.case):
            groups.setdefault(f"{kind}{of(row.case)}", []).append(row)
    for group, listed in groups.items():
        yield from figure(name, score_name, listed, group)


def figure(name: str, score_name: str, rows: Sequence[Scored], group: str = "") -> Iterator[Metric]:
    """One score as a rate or a mean over the cases to which it applies; nothing when there is none."""
    applied = [(row, value) for row in rows if (value := row.scores.get(score_name)) is not None]
    if not applied:
        return
    values = [float(value) for _, value in applied]
    if all(isinstance(value, bool) for _, value in applied):
        rate = Rate(int(sum(values)), len(values))
        low, high = rate.interval
        yield Metric(name, score_name, "rate", rate.value, len(values), len(rows), low, high, group)
    else:
        low, high = cluster_interval(values, [row.case.seed for row, _ in applied])
        yield Metric(name, score_name, "mean", fmean(values), len(values), len(rows), low, high, group)


def spread(name: str, score_name: str, rows: Sequence[Scored]) -> Iterator[Metric]:
    """Median and 95th percentile of a score."""
    values = [float(value) for row in rows if (value := row.scores.get(score_name)) is not None]
    for share in (50, 95) if values else ():
        yield Metric(name, f"{score_name} p{share}", "score", percentile(values, share), len(values), len(rows))


def pair_figures(name: str, rows: Sequence[Scored]) -> Iterator[Metric]:
    """Share of contrast pairs of which both were routed as they should be, in all and by tactic."""
    pairs: dict[tuple[str, str], list[Scored]] = {}
    for row in rows:
        if row.case.pair:
            pairs.setdefault((row.result.set, row.case.pair), []).append(row)
    groups = dict.fromkeys(both[0].case.group for both in pairs.values()) if name != ALL else {}
    for group in ("", *groups) if pairs else ():
        listed = [both for both in pairs.values() if group in ("", both[0].case.group)]
        applied = [both for both in listed if len(both) == 2 and all(row.scores.get("routed") is not None for row in both)]
        if not applied:
            continue
        rate = Rate(sum(all(row.scores["routed"] is True for row in both) for both in applied), len(applied))
        total = len(listed)
        yield Metric(name, "pairs", "rate", rate.value, rate.total, total, *rate.interval, group)


def latency_figures(name: str, rows: Sequence[Scored]) -> Iterator[Metric]:
    """Percentiles of the time that each step took."""
    for step in STEPS:
        spent = [row.result.timings[step] for row in rows if step in row.result.timings]
        for share in SHARES if spent else ():
            yield Metric(name, f"latency {step} p{share}", "ms", percentile(spent, share), len(spent), len(rows))


def boundary(rows: Iterable[Scored]) -> tuple[list[float], list[float], list[bool], list[bool]]:
    """Confidences of covered and of not covered questions, and for both whether answering is wrong, and was done."""
    covered = [row for row in rows if row.scores.get("right") is not None and confidence_of(row) is not None and not row.case.of]
    outside = [
        row
        for row in rows
        if row.scores.get("answered_uncovered") is not None and confidence_of(row) is not None and not row.case.of
    ]
    wrong = [not row.scores["right"] for row in covered] + [True] * len(outside)
    done = [bool(row.scores["answered"]) for row in covered] + [bool(row.scores["answered_uncovered"]) for row in outside]
    return [confidence_of(row) or 0.0 for row in covered], [confidence_of(row) or 0.0 for row in outside], wrong, done


def confidence_of(row: Scored) -> float | None:
    """The answerability score, if the search ran in this process."""
    return row.result.trace.confidence if row.result.trace else None


def boundary_figures(rows: Sequence[Scored]) -> Iterator[Metric]:
    """How well the answerability score tells covered questions from others in the field, and what answering risks."""
    covered, outside, wrong, done = boundary(rows)
    area = auroc(covered, outside)
    total = len(covered) + len(outside)
    if area is None:
        return
    yield Metric(ALL, "answerability auroc", "score", area, total, len(rows), *auroc_interval(covered, outside))
    points = risk_coverage([*covered, *outside], wrong)
    yield Metric(ALL, "aurc", "score", aurc(points) or 0.0, total, len(rows))
    if answered := [failure for failure, was in zip(wrong, done, strict=True) if was]:
        risk = Rate(sum(answered), len(answered))
        yield Metric(ALL, "risk of an answer", "rate", risk.value, risk.total, total, *risk.interval)


def change_figures(rows: Sequence[Scored]) -> Iterator[Metric]:
    """What rewording does: how often the decision flips, and how the share of right answers or decisions moves."""
    originals: dict[str, Scored] = {}
    for row in rows:
        if not row.case.of:
            originals.setdefault(row.case.id, row)  # our own sets come first, whatever ids another file uses
    changed = [(row, originals[row.case.of]) for row in rows if row.case.of in originals]
    compared = [pair for pair in changed if all(row.result.body for row in pair)]
    for change in dict.fromkeys(("", *(row.case.change for row, _ in compared))) if compared else ():
        listed = [pair for pair in compared if change in ("", pair[0].case.change)]
        total = sum(change in ("", row.case.change) for row, _ in changed)
        flips = [kind(row) != kind(original) for row, original in listed]
        rate = Rate(sum(flips), len(flips))
        yield Metric("robustness", "decision flips", "rate", rate.value, rate.total, total, *rate.interval, change)
        for name in ("right", "routed"):
            moved = [
                (float(new) - float(old), original.case.seed)
                for row, original in listed
                if (new := row.scores[name]) is not None and (old := original.scores[name]) is not None
            ]
            if moved:
                values = [value for value, _ in moved]
                low, high = cluster_interval(values, [seed for _, seed in moved])
                yield Metric("robustness", f"{name} moved", "mean", fmean(values), len(moved), total, low, high, change)


def kind(row: Scored) -> str:
    """The decision of a reply."""
    return row.result.body["kind"] if row.result.body else ""
