"""Numbers with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest


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


def rate(scores: Sequence[bool | None]) -> Rate | None:
    """The share of true among the scores that apply; None when none does."""
    applied = [score for score in scores if score is not None]
    return Rate(sum(applied), len(applied)) if applied else None


def percentile(values: Sequence[float], share: float) -> float:
    """A percentile of some values, `share` from 0 to 100."""
    return float(np.percentile(np.asarray(values, dtype=float), share))
