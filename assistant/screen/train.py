"""Trains the reader: a few passes over the examples through the embedding model's last two layers, always the same way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from tqdm import tqdm

from assistant.screen.conversation import read_message
from assistant.screen.examples import LABELS, Example
from assistant.screen.reader import Floats, Reader

PASSES = 5
BATCH = 32
RATE = 2e-4
SEED = 0
LONGEST = 128
"""Tokens of one text that are trained on."""
RARE = 0.3
"""How strongly rare labels are weighted up: 0 not at all, 1 in full."""
SMOOTHING = 0.05
ANTICIPATED = 2_500
"""How many anticipated questions take part as harmless messages; all of them would drown the rest."""


@dataclass(frozen=True, slots=True)
class Row:
    """The token states of a message and the number of its label."""

    tokens: Floats
    label: int


def rows(
    examples: Sequence[Example], asked: Sequence[Example], prepare: Callable[[str], str], tokens: Callable[[str], Floats]
) -> list[Row]:
    """What is trained on: every example that is held apart for nothing, and some anticipated questions."""
    chosen = [example for example in examples if example.fold > 1]
    known = [question for question in asked if question.fold > 1]
    chosen += random.Random(SEED).sample(known, min(ANTICIPATED, len(known)))
    found = []
    for example in tqdm(chosen, desc="Reading the examples", unit="text"):
        text = prepare(read_message(example.turns[-1], example.turns[:-1]).joined.verbatim)
        found.append(Row(tokens(text)[:LONGEST].astype(np.float16), LABELS.index(example.label)))
    return found


def train_reader(found: Sequence[Row], layers: Any, model: str) -> Reader:
    """The reader; the same rows and layers give the same weights on the same machine."""
    import torch
    from torch.nn.functional import cross_entropy, dropout

    torch.manual_seed(SEED)
    size = found[0].tokens.shape[1]
    whole = torch.nn.ModuleDict({"layers": layers, "head": torch.nn.Linear(2 * size, len(LABELS))})
    counts = np.bincount([row.label for row in found], minlength=len(LABELS)).clip(min=1)
    weights = torch.tensor((counts.max() / counts) ** RARE, dtype=torch.float32)
    optimiser = torch.optim.AdamW(whole.parameters(), lr=RATE, weight_decay=0.01)
    batches = [list(batched(found, turn)) for turn in range(PASSES)]
    total = sum(map(len, batches))
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total, pct_start=0.1)
    whole.train()
    with tqdm(total=total, desc="Training the reader", unit="batch") as bar:
        for batch in chain.from_iterable(batches):
            states, mask = padded(batch)
            hidden, seen = torch.from_numpy(states), torch.from_numpy(mask)
            blocked = (1 - seen)[:, None, None, :] * -1e4
            for layer in layers:
                hidden = layer(hidden, blocked)
            hidden = hidden[0] if isinstance(hidden, tuple) else hidden
            held = seen.unsqueeze(-1)
            mean, most = (hidden * held).sum(1) / held.sum(1), hidden.masked_fill(held == 0, -1e4).amax(1)
            scores = whole["head"](dropout(torch.cat([mean, most], 1), 0.1))
            loss = cross_entropy(scores, torch.tensor([row.label for row in batch]), weight=weights, label_smoothing=SMOOTHING)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
            optimiser.step()
            pace.step()
            bar.update()
    trained = {name: value.detach().numpy().astype(np.float32) for name, value in whole.state_dict().items()}
    return Reader(trained, len(layers), model)


def batched(found: Sequence[Row], turn: int) -> Iterator[list[Row]]:
    """One pass in seeded order; texts of like length go together, so that little is padded."""
    order = list(found)
    random.Random(SEED + turn).shuffle(order)
    step = BATCH * 16
    for start in range(0, len(order), step):
        chunk = sorted(order[start : start + step], key=lambda row: len(row.tokens))
        yield from (chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH))


def padded(batch: Sequence[Row]) -> tuple[Floats, Floats]:
    """Token states of one length, shape (texts, tokens, dimension), and 1 where there is a token, shape (texts, tokens)."""
    longest, size = max(len(row.tokens) for row in batch), batch[0].tokens.shape[1]
    states, mask = np.zeros((len(batch), longest, size), np.float32), np.zeros((len(batch), longest), np.float32)
    for number, row in enumerate(batch):
        states[number, : len(row.tokens)], mask[number, : len(row.tokens)] = row.tokens, 1
    return states, mask
