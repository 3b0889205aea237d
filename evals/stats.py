"""Numbers with their uncertainty: Wilson intervals, cluster bootstrap, paired tests, ranking of confidences."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, permutation_test

SEED = 20261125
RESAMPLES = 2_000
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % Wilson interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.hits / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the 95 % Wilson interval."""
        bounds = binomtest(self.hits, self.total).proportion_ci(0.95, method="wilson")
        return float(bounds.low), float(bounds.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits}/{self.total} = {self.value:.1%} (95 % {low:.1%} to {high:.1%})"


def percentile(values: Sequence[float], share: float) -> float:
    """A percentile of some values, `share` from 0 to 100."""
    return float(np.percentile(np.asarray(values, dtype=float), share))


def cluster_interval(values: Sequence[float], clusters: Sequence[Hashable], seed: int = SEED) -> tuple[float, float]:
    """95 % interval of the mean by a seeded bootstrap that draws whole clusters, as variants of one question are not independent.

    Source: percentile bootstrap, Efron and Tibshirani (1993); clusters drawn with replacement.
    """
    names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    index = np.array([names[name] for name in clusters])
    sums = np.bincount(index, weights=np.asarray(values, float), minlength=len(names))
    counts = np.bincount(index, minlength=len(names)).astype(float)
    drawn = np.random.default_rng(seed).integers(0, len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p-value of McNemar's test, from the cases that only one of two versions got right."""
    total = only_first + only_second
    return float(binomtest(only_first, total, 0.5).pvalue) if total else 1.0


def paired_p(first: Sequence[float], second: Sequence[float], seed: int = SEED) -> float:
    """Two-sided p-value of a seeded paired permutation test on the difference of means."""
    one, two = np.asarray(first, float), np.asarray(second, float)
    if len(one) < 2 or np.array_equal(one, two):
        return 1.0

    def difference(x: Floats, y: Floats, axis: int = -1) -> Floats:
        return np.asarray(x.mean(axis=axis) - y.mean(axis=axis))

    found = permutation_test(
        (one, two),
        difference,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive has a higher score than a negative, ties counting half; None when there is none of either."""
    if not positive or not negative:
        return None
    one, other = np.asarray(positive, float)[:, None], np.asarray(negative, float)[None, :]
    return float(((one > other) + 0.5 * (one == other)).mean())


def auroc_interval(positive: Sequence[float], negative: Sequence[float], seed: int = SEED) -> tuple[float, float]:
    """95 % interval of the AUROC by a seeded bootstrap of both groups."""
    random = np.random.default_rng(seed)
    one, other = np.asarray(positive, float), np.asarray(negative, float)
    found = [auroc(random.choice(one, len(one)).tolist(), random.choice(other, len(other)).tolist()) or 0.0 for _ in range(500)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> list[tuple[float, float]]:
    """Coverage and risk when only the surest are answered, one point for each distinct confidence, surest first."""
    order = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    points, failed = [], 0
    for number, (value, failure) in enumerate(order, 1):
        failed += failure
        if number == len(order) or order[number][0] != value:
            points.append((number / len(order), failed / number))
    return points


def aurc(points: Sequence[tuple[float, float]]) -> float | None:
    """Area under the risk-coverage curve, each risk weighted by the coverage that it adds (0 is best); None without points."""
    if not points:
        return None
    area, before = 0.0, 0.0
    for coverage, risk in points:
        area += (coverage - before) * risk
        before = coverage
    return area
