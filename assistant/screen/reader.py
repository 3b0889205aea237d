"""Reads a message more closely than its vector tells: the embedding model's last two layers, trained further to tell asks apart.

A sentence vector says what a text is about; whether it asks how much of it to take is mostly lost there. The states of the tokens
after the fourth layer still have it. They fall out of the embedding that is made anyway, so that only two layers come on top.
The weights are trained by `python -m assistant train` and stand beside this file (7 MB); they run in numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, log_softmax, softmax

from assistant.screen.examples import LABELS, Label

WEIGHTS = Path(__file__).parent / "reader.npz"
HEADS = 12
SMALL = 1e-12
"""What layer normalisation adds to the variance, as in the embedding model."""
Floats = NDArray[np.float32]


class ReaderMissing(FileNotFoundError):
    """There are no weights for this embedding model."""


@dataclass(frozen=True)
class Reader:
    """The trained layers, by the names that PyTorch gives their weights."""

    weights: Mapping[str, Floats]
    layers: int
    model: str
    """SHA-256 of the embedding model that they continue."""

    def predict(self, tokens: Floats) -> dict[Label, float]:
        """For each label how much likelier it is than `pass`, as a logarithm; `tokens` as `Embed.tokens` gives them."""
        states = tokens
        for number in range(self.layers):
            states = self._layer(states, f"layers.{number}.")
        pooled = np.concatenate([states.mean(axis=0), states.max(axis=0)])
        scores = log_softmax(self._dense(pooled, "head"))
        return dict(zip(LABELS, (scores - scores[LABELS.index("pass")]).tolist(), strict=True))

    def _layer(self, states: Floats, name: str) -> Floats:
        attended = self._dense(self._attention(states, f"{name}attention.self."), f"{name}attention.output.dense")
        states = self._normalised(states + attended, f"{name}attention.output.LayerNorm")
        wide = self._dense(states, f"{name}intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.float32(np.sqrt(2))))
        return self._normalised(states + self._dense(wide, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _attention(self, states: Floats, name: str) -> Floats:
        count, size = states.shape
        query, key, value = (
            self._dense(states, f"{name}{part}").reshape(count, HEADS, size // HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        shares = softmax(query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size // HEADS)), axis=-1)
        joined: Floats = (shares @ value).transpose(1, 0, 2).reshape(count, size)
        return joined

    def _dense(self, states: Floats, name: str) -> Floats:
        product: Floats = states @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return product

    def _normalised(self, states: Floats, name: str) -> Floats:
        mean, variance = states.mean(axis=-1, keepdims=True), states.var(axis=-1, keepdims=True)
        scaled: Floats = (states - mean) / np.sqrt(variance + SMALL) * self.weights[f"{name}.weight"] + self.weights[
            f"{name}.bias"
        ]
        return scaled


def save_reader(reader: Reader, blend: Floats, path: Path = WEIGHTS) -> None:
    """Write the weights, halved in precision, and how the reader is blended with the classifier."""
    halved: dict[str, Any] = {name: value.astype(np.float16) for name, value in reader.weights.items()}
    about = np.array([reader.model, str(reader.layers), *LABELS])
    fresh = path.with_name(path.name + ".part")
    with fresh.open("wb") as file:
        np.savez_compressed(file, about=about, blend=blend, **halved)
    fresh.replace(path)


def load_reader(model: str, path: Path = WEIGHTS) -> tuple[Reader, Floats]:
    """The weights for an embedding model, and those of the blend.

    Raises:
        ReaderMissing: there are none, they cannot be read, or they continue another model.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            found, layers, *labels = stored["about"].tolist()
            weights = {name: stored[name].astype(np.float32) for name in stored.files if name not in {"about", "blend"}}
            blend = stored["blend"]
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ReaderMissing(f"{path} cannot be read; run `python -m assistant train` (about ten minutes)") from error
    if found != model or tuple(labels) != LABELS:
        raise ReaderMissing(f"{path} belongs to another embedding model; run `python -m assistant train` (about ten minutes)")
    return Reader(weights, int(layers), model), blend
