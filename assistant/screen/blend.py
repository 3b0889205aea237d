"""Joins what the classifier and the reader say of a message into one probability a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.screen.classifier import Classifier
from assistant.screen.conversation import Reading
from assistant.screen.examples import LABELS, Label
from assistant.screen.reader import Floats, Reader

Predict = Callable[[Reading], Mapping[Label, float]]
"""The probability of each label for a text, each on its own scale."""
PENALTY = 1.0
SURE = 0.01
"""When the classifier finds every label less likely than this, the reader could carry none over its threshold."""
UNREAD: Mapping[Label, float] = dict.fromkeys(LABELS, -4.0)
"""What stands for a reader that was not asked."""
FARTHEST = 12.0
"""Logarithms beyond this are cut, so that one of the two alone cannot outvote the other without bound."""


@dataclass(frozen=True, slots=True)
class Blend:
    """For each label a constant and the weights of the two, fitted on examples that neither has learned from."""

    weights: Floats
    """Shape (labels, 3)."""

    def __call__(self, classifier: Mapping[Label, float], reader: Mapping[Label, float]) -> dict[Label, float]:
        """One probability a label."""
        scores = (features(classifier, reader) * self.weights).sum(axis=1)
        return dict(zip(LABELS, (1 / (1 + np.exp(-scores))).tolist(), strict=True))


def features(classifier: Mapping[Label, float], reader: Mapping[Label, float]) -> Floats:
    """What is weighed, shape (labels, 3): one, the classifier's log-odds, the reader's log-ratio."""
    likely = np.clip([classifier[label] for label in LABELS], 1e-9, 1 - 1e-9)
    odds, ratios = np.log(likely / (1 - likely)), np.array([reader[label] for label in LABELS])
    bounded = [np.clip(values, -FARTHEST, FARTHEST) for values in (odds, ratios)]
    return np.stack([np.ones(len(LABELS)), *bounded], axis=1).astype(np.float32)


def fit_blend(found: Sequence[Floats], labels: Sequence[Label]) -> Blend:
    """The weights that tell each label from all others, by logistic regression; never negative, for both mean well."""
    from scipy.optimize import minimize

    rows, names = np.array(found, np.float64), np.array(labels)
    weights = []
    for number, label in enumerate(LABELS):
        wanted, seen = names == label, rows[:, number]

        def loss(values: Any, seen: Any = seen, wanted: Any = wanted) -> float:
            scores = seen @ values
            return float(np.logaddexp(0, np.where(wanted, -scores, scores)).sum() + PENALTY * (values[1:] ** 2).sum())

        best = minimize(loss, np.array([0.0, 0.5, 0.5]), method="L-BFGS-B", bounds=[(-20, 20), (0, 5), (0, 5)])
        weights.append(best.x)
    return Blend(np.array(weights, np.float32))


def by_classifier(classifier: Classifier, embed: Callable[[str], Floats]) -> Predict:
    """What the classifier alone says."""
    return lambda reading: classifier.predict(reading.text, embed(reading.verbatim))


def by_both(
    classifier: Classifier, reader: Reader, blend: Blend, embed: Callable[[str], Floats], tokens: Callable[[str], Floats]
) -> Predict:
    """What the two say together."""
    alone = by_classifier(classifier, embed)

    def predict(reading: Reading) -> Mapping[Label, float]:
        said = alone(reading)
        if max(likely for label, likely in said.items() if label != "pass") < SURE:
            return blend(said, UNREAD)
        return blend(said, reader.predict(tokens(reading.verbatim)))

    return predict
