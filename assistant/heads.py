"""What is read off a message's embedding besides where it lies: what kind of message it is, and whether the content covers it.

Both are single linear layers over the states of its tokens, trained together with the embedding model's last layers
(`index.layers`) by `python -m assistant train`. They cost next to nothing, for the embedding is made anyway.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from assistant.exceptions import AssistantError
from assistant.screen.examples import LABELS, Label
from index.layers import write_arrays

HEADS = Path(__file__).parent / "heads.npz"
Floats = NDArray[np.float32]


class HeadsMissing(AssistantError):
    """There are no heads for these trained layers."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The two linear layers, and how the first is blended with the screen's classifier."""

    labels: Floats
    """Shape (labels, 2 * dimension)."""
    labels_bias: Floats
    """Shape (labels,)."""
    covered: Floats
    """Shape (2 * dimension,)."""
    covered_bias: Floats
    """Shape (1,)."""
    blend: Floats
    """Shape (labels, 3): see `assistant.screen.blend.Blend`."""
    signs: Floats
    """Shape (labels, 4): see `assistant.screen.blend.Signs`."""

    def kinds(self, pooled: Floats) -> dict[Label, float]:
        """For each label how much likelier it is than `pass`, as a logarithm; `pooled` as `Embed.read` gives it."""
        scores = log_softmax(self.labels @ pooled + self.labels_bias)
        return dict(zip(LABELS, (scores - scores[LABELS.index("pass")]).tolist(), strict=True))

    def coverage(self, pooled: Floats) -> float:
        """How much likelier it is than not that the content answers a question, as a logarithm."""
        return float(self.covered @ pooled + self.covered_bias[0])


def save_heads(heads: Heads, layers: str, path: Path = HEADS) -> None:
    """Write heads that were trained together with the layers whose file has the SHA-256 `layers`."""
    arrays = {field.name: getattr(heads, field.name) for field in fields(heads)}
    write_arrays(path, {"about": np.array([layers, *LABELS]), **arrays})


def load_heads(layers: str, path: Path = HEADS) -> Heads:
    """The heads that belong to the layers whose file has the SHA-256 `layers`.

    Raises:
        HeadsMissing: there are none, they cannot be read, or they belong to other layers or labels.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            about = stored["about"].tolist()
            heads = Heads(**{field.name: stored[field.name] for field in fields(Heads)})
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise HeadsMissing(f"{path} cannot be read; run `make install` again, or `python -m assistant train`") from error
    if about != [layers, *LABELS]:
        raise HeadsMissing(f"{path} belongs to other trained layers; run `make install` again, or `python -m assistant train`")
    return heads
