"""A small model that says how likely each label is from a message's words and letter groups: logistic regression."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from assistant.screen.conversation import Reading, read_message, sentences
from assistant.screen.examples import LABELS, Example, Label, fingerprint
from assistant.screen.vocabulary import Floats, Vocabulary, fit

CODE = "5"
"""Raised whenever the features or the training change, so that an older model is not used with newer code."""
PENALTY = 6.0
SEED = 0
NEVER = -30.0


class ClassifierMissing(FileNotFoundError):
    """There is no finished classifier where one was expected."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """One row of weights for each label."""

    vocabulary: Vocabulary
    text_weights: Floats
    bias: Floats
    version: str

    def predict(self, text: str) -> dict[Label, float]:
        """The probability of each label, on its own scale, for a normalised text."""
        columns, values = self.vocabulary.encode(text)
        scores = self.bias + values @ self.text_weights[columns]
        return dict(zip(LABELS, (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).tolist(), strict=True))


def classifier_version(examples: Sequence[Example]) -> str:
    """The name of the folder that a classifier trained on these examples belongs in."""
    return fingerprint(examples, CODE)


def train(examples: Sequence[Example]) -> Classifier:
    """A classifier of the examples; the same examples give the same weights."""
    readings, labels = training_rows(examples)
    vocabulary = fit(reading.text for reading in readings)
    encoded = [vocabulary.encode(reading.text) for reading in readings]
    starts = np.cumsum([0, *(len(columns) for columns, _ in encoded)])
    matrix = csr_matrix(
        (np.concatenate([values for _, values in encoded]), np.concatenate([columns for columns, _ in encoded]), starts),
        shape=(len(readings), vocabulary.size),
    )
    rows, bias = fit_weights(matrix, labels)
    return Classifier(vocabulary, np.ascontiguousarray(rows.T), bias, classifier_version(examples))


def training_rows(examples: Sequence[Example]) -> tuple[list[Reading], list[Label]]:
    """The text of each example as it will be read; the sentences of a harmless story are harmless too."""
    readings: list[Reading] = []
    labels: list[Label] = []
    for example in examples:
        readings.append(read_message(example.turns[-1], example.turns[:-1]).joined)
        labels.append(example.label)
        parts = sentences(example.turns[-1])
        if example.label == "pass" and len(parts) > 1:
            readings += (read_message(part).whole for part in parts)
            labels += ["pass"] * len(parts)
    return readings, labels


def fit_weights(features: csr_matrix, labels: Sequence[Label]) -> tuple[Floats, Floats]:
    """Weights and bias, one row for each label against all others."""
    rows, bias = [], []
    names = np.array(labels)
    for label in LABELS:
        wanted = names == label
        if wanted.all() or not wanted.any():  # too few examples to learn this label from
            rows.append(np.zeros(features.shape[1]))
            bias.append(NEVER if not wanted.any() else -NEVER)
            continue
        weight = float(np.sqrt((~wanted).sum() / max(1, wanted.sum())))
        model = LogisticRegression(C=PENALTY, class_weight={True: weight, False: 1.0}, solver="liblinear", random_state=SEED)
        model.fit(features, wanted)
        rows.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return np.array(rows, np.float32), np.array(bias, np.float32)


def save_classifier(classifier: Classifier, directory: Path) -> Path:
    """Write a classifier into a folder named after its version; the manifest comes last, so a torn write is never loaded."""
    folder = directory / classifier.version
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        folder / "weights.npz",
        text=classifier.text_weights,
        bias=classifier.bias,
        idf=classifier.vocabulary.weights,
    )
    words = {"words": classifier.vocabulary.words, "letters": classifier.vocabulary.letters}
    (folder / "vocabulary.json").write_text(json.dumps(words, ensure_ascii=True), "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"version": classifier.version, "code": CODE, "labels": LABELS}), "utf-8")
    return folder


def load_classifier(directory: Path, version: str) -> Classifier:
    """The classifier of a version, if it was written completely."""
    folder = directory / version
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        words: Mapping[str, dict[str, int]] = json.loads((folder / "vocabulary.json").read_text("utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            weights = {name: arrays[name] for name in ("text", "bias", "idf")}
    except (OSError, ValueError, KeyError) as error:
        raise ClassifierMissing(f"no finished classifier in {folder}; run `python -m assistant build`") from error
    if manifest != {"version": version, "code": CODE, "labels": list(LABELS)}:
        raise ClassifierMissing(f"the classifier in {folder} belongs to other code; run `python -m assistant build`")
    vocabulary = Vocabulary(words["words"], words["letters"], weights["idf"])
    return Classifier(vocabulary, weights["text"], weights["bias"], version)
