"""The last layers of the embedding model, trained further on this project's own questions.

MiniLM lays texts beside each other that are about the same thing. Here more is asked of it: a question has to lie near the
sentence that answers it, however differently it is worded, and what a message asks for has to be told from what it is about.
Only the last layers are changed; their weights, in half precision, stand beside this file and are made by
`python -m assistant train`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index.exceptions import ModelMismatch

LAYERS = Path(__file__).parent / "layers.npz"
COUNT = 4
"""How many layers, from the top, are trained further by the next training."""
Weights = Mapping[str, NDArray[np.float32]]
"""Weights by PyTorch's names; first comes the number of the layer, counted from the lowest one that was trained."""


def save_layers(weights: Weights, base: str, path: Path = LAYERS) -> None:
    """Write trained layers that continue the model with the SHA-256 `base`."""
    halved: dict[str, Any] = {name: value.astype(np.float16) for name, value in weights.items()}
    write_arrays(path, {"base": np.array(base), **halved})


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write arrays into one compressed file; an interrupted writing leaves the old one."""
    fresh = path.with_name(path.name + ".part")
    with fresh.open("wb") as file:
        np.savez_compressed(file, **arrays)
    fresh.replace(path)


def load_layers(base: str, path: Path = LAYERS) -> dict[str, NDArray[np.float32]]:
    """The trained layers that continue the model with the SHA-256 `base`.

    Raises:
        ModelMismatch: there are none, they cannot be read, or they continue another model.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = str(stored["base"])
            weights = {name: stored[name].astype(np.float32) for name in stored.files if name != "base"}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelMismatch(f"{path} cannot be read; run `make install` again, or `python -m assistant train`") from error
    if found != base:
        raise ModelMismatch(
            f"{path} continues another embedding model; unset CITEWELL_INDEX_MODEL, or run `python -m assistant train`"
        )
    return weights


def count_of(weights: Weights) -> int:
    """How many layers some weights are of."""
    return 1 + max(int(name.split(".", 1)[0]) for name in weights)


def layers_hash(path: Path = LAYERS) -> str:
    """SHA-256 of the trained layers' file, in hexadecimal; of nothing when there is none yet."""
    return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
