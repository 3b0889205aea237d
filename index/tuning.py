"""The embedding model taken apart, so that its last layers can be trained further."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.embed import model_folder, model_hash, open_model
from index.layers import COUNT, Weights, save_layers

LONGEST = 128
"""Tokens of one text that are trained on."""
AT_ONCE = 64
TOGETHER = 24
"""Texts of like length that are run through the trained layers together, so that little is padded."""
States = NDArray[np.float16]
"""The states of one text's tokens below the layers that are trained, shape (tokens, dimension)."""


class Tuner:
    """The last layers of the packaged model, to be trained; the layers below stay and are run once for each text."""

    def __init__(self, count: int = COUNT) -> None:
        model = open_model(model_folder(""))
        self._tokenizer = model.tokenizer
        self._bert = model[0].model
        self._lower = self._bert.encoder.layer[:-count]
        self.layers: Any = copy.deepcopy(self._bert.encoder.layer[-count:])
        """A `torch.nn.ModuleList`."""

    def lower(self, texts: Sequence[str], progress: bool = True) -> list[States]:
        """The states of each text below the trained layers; texts of like length are run together."""
        import torch

        found: dict[int, States] = {}
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for start in tqdm(range(0, len(order), AT_ONCE), desc="Reading the texts", unit="batch", disable=not progress):
                numbers = order[start : start + AT_ONCE]
                batch = self._tokenizer(
                    [texts[number] for number in numbers],
                    padding=True,
                    truncation=True,
                    max_length=LONGEST,
                    return_tensors="pt",
                )
                mask = batch["attention_mask"]
                states = self._bert.embeddings(input_ids=batch["input_ids"], token_type_ids=batch.get("token_type_ids"))
                states = through(self._lower, states, mask.float())
                for row, number in enumerate(numbers):
                    found[number] = states[row, : int(mask[row].sum())].to(torch.float16).numpy().copy()
        return [found[number] for number in range(len(texts))]

    def upper(self, batch: Sequence[States]) -> tuple[Any, Any]:
        """Unit vectors, shape (texts, dimension), and pooled states, shape (texts, 2 * dimension), as tensors with gradients."""
        import torch
        from torch.nn.functional import normalize

        order = sorted(range(len(batch)), key=lambda number: len(batch[number]))
        parts = [self._pooled([batch[number] for number in order[at : at + TOGETHER]]) for at in range(0, len(order), TOGETHER)]
        mean, most = (torch.cat(kind)[np.argsort(order)] for kind in zip(*parts, strict=True))
        return normalize(mean, dim=1), torch.cat([mean, most], 1)

    def _pooled(self, batch: Sequence[States]) -> tuple[Any, Any]:
        """The mean and the greatest of the states of each text, shape (texts, dimension) both."""
        import torch

        states, mask = padded(batch)
        hidden, seen = through(self.layers, torch.from_numpy(states), torch.from_numpy(mask)).float(), torch.from_numpy(mask)
        held = seen.unsqueeze(-1)
        return (hidden * held).sum(1) / held.sum(1), hidden.masked_fill(held == 0, -1e4).amax(1)

    def save(self) -> None:
        """Write the trained layers into the package."""
        weights: Weights = {name: value.detach().numpy() for name, value in self.layers.state_dict().items()}
        save_layers(weights, model_hash(model_folder("")))


def through(layers: Any, states: Any, mask: Any) -> Any:
    """States after some layers; `mask` is 1 where there is a token."""
    blocked = (1 - mask)[:, None, None, :] * -1e4
    for layer in layers:
        states = layer(states, blocked)
        states = states[0] if isinstance(states, tuple) else states
    return states


def padded(batch: Sequence[States]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """States of one length, shape (texts, tokens, dimension), and 1 where there is a token, shape (texts, tokens)."""
    longest, size = max(map(len, batch)), batch[0].shape[1]
    states, mask = np.zeros((len(batch), longest, size), np.float32), np.zeros((len(batch), longest), np.float32)
    for number, row in enumerate(batch):
        states[number, : len(row)], mask[number, : len(row)] = row, 1
    return states, mask
