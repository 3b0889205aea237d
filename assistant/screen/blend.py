"""Joins what the classifier and the trained embedding say of a message into one probability a label."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.heads import Heads
from assistant.screen.classifier import Classifier
from assistant.screen.conversation import Reading
from assistant.screen.examples import LABELS, Label

Floats = NDArray[np.float32]
Predict = Callable[[Reading], Mapping[Label, float]]
"""The probability of each label for a text, each on its own scale."""
PENALTY = 1.0
FARTHEST = 12.0
"""Logarithms beyond this are cut, so that one of the two alone cannot outvote the other without bound."""


@dataclass(frozen=True, slots=True)
class Blend:
    """For each label a constant and the weights of the two, fitted on examples that neither has learned from."""

    weights: Floats
    """Shape (labels, 3)."""

    def __call__(self, classifier: Mapping[Label, float], read: Mapping[Label, float]) -> dict[Label, float]:
        """One probability a label."""
        scores = (features(classifier, read) * self.weights).sum(axis=1)
        return dict(zip(LABELS, (1 / (1 + np.exp(-scores))).tolist(), strict=True))


def features(classifier: Mapping[Label, float], read: Mapping[Label, float]) -> Floats:
    """What is weighed, shape (labels, 3): one, the classifier's log-odds, the head's log-ratio."""
    likely = np.clip([classifier[label] for label in LABELS], 1e-9, 1 - 1e-9)
    odds, ratios = np.log(likely / (1 - likely)), np.array([read[label] for label in LABELS])
    bounded = [np.clip(values, -FARTHEST, FARTHEST) for values in (odds, ratios)]
    return np.stack([np.ones(len(LABELS)), *bounded], axis=1).astype(np.float32)


def fit_blend(found: Sequence[Floats], labels: Sequence[Label]) -> Blend:
    """The weights that tell each label from all others; never negative, for both models mean well."""
    rows, names = np.array(found), np.array(labels)
    start = np.array([0.0, 0.5, 0.5])
    return Blend(np.array([fit_one(rows[:, number], names == label, start) for number, label in enumerate(LABELS)], np.float32))


def fit_one(rows: Floats, wanted: NDArray[np.bool_], start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression with a constant in the first column and no negative weight after it."""
    from scipy.optimize import minimize

    seen = rows.astype(np.float64)

    def loss(values: Any) -> float:
        scores = seen @ values
        return float(np.logaddexp(0, np.where(wanted, -scores, scores)).sum() + PENALTY * (values[1:] ** 2).sum())

    bounds = [(-20.0, 20.0)] + [(0.0, 8.0)] * (len(start) - 1)
    best: NDArray[np.float64] = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return best


@dataclass(frozen=True, slots=True)
class Signs:
    """For each label a constant and three weights, fitted on examples that no model has learned from."""

    weights: Floats
    """Shape (labels, 4)."""

    def weigh(self, label: Label, likely: float, alone: float, rule: bool) -> float:
        """How likely a label is, by the models' view of the message and of its likeliest sentence, and by a rule."""
        score = float(self.weights[LABELS.index(label)] @ evidence(likely, alone, rule))
        return 1 / (1 + math.exp(-score))


def evidence(likely: float, alone: float, rule: bool) -> Floats:
    """What is weighed, shape (4,): one, the message's log-odds, what a sentence alone has above those, and the rule."""
    whole, best = (math.log(value / (1 - value)) for value in (min(max(each, 1e-6), 1 - 1e-6) for each in (likely, alone)))
    return np.array([1.0, whole, max(best - whole, 0.0), float(rule)], np.float32)


def fit_signs(found: Mapping[Label, Sequence[Floats]], labels: Sequence[Label]) -> Signs:
    """The weights that tell each label from all others; a label without evidence keeps what the models say."""
    names = np.array(labels)
    plain = np.array([0.0, 1.0, 0.0, 0.0])
    return Signs(
        np.array(
            [fit_one(np.array(found[label]), names == label, plain) if label in found else plain for label in LABELS], np.float32
        )
    )


def by_both(classifier: Classifier, heads: Heads, pooled: Callable[[str], Floats]) -> Predict:
    """What the two say together; `pooled` as `Embed.read` gives it for a text."""
    blend = Blend(heads.blend)
    return lambda reading: blend(classifier.predict(reading.text), heads.kinds(pooled(reading.verbatim)))
