"""Trains the embedding model's last layers and the two heads on top of them, in one go and always the same way.

Three things are asked of them at once: to tell what a message is, to tell whether the content covers it, and to lay a question
beside the sentence that answers it, the other questions that the same sentence answers, and their passage, and away from
everything else in the batch and from neighbouring sentences.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.screen.examples import LABELS
from assistant.train.lessons import Kind, Pair, passages_of
from index.tuning import States, Tuner

Item = TypeVar("Item")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast is trained."""

    passes: float = 3.0
    """How often the messages are seen."""
    kinds: int = 32
    """Messages of one batch."""
    pairs: int = 48
    """Questions of one batch; there is one for every second batch of messages."""
    neighbours: int = 16
    """Sentences of a batch that stand near an answer and are none."""
    rate: float = 1.5e-4
    temperature: float = 0.05
    """What cosines are divided by before they are compared."""
    rare: float = 0.3
    """How strongly rare labels are weighted up: 0 not at all, 1 in full."""
    smoothing: float = 0.05
    seed: int = 0
    progress: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of the content as they are embedded."""

    passages: Mapping[str, str]
    sentences: Mapping[str, Sequence[str]]

    def neighbours(self, passage: str, numbers: Sequence[int]) -> list[tuple[str, str]]:
        """Sentences, with their passage, of the same passage and the ones before and after it that do not answer."""
        names = list(self.sentences)
        at = names.index(passage)
        return [
            (name, text)
            for name in names[max(0, at - 2) : at + 3]
            for number, text in enumerate(self.sentences[name])
            if name != passage or (numbers and number not in numbers)
        ]


@dataclass
class Store:
    """The states of texts below the trained layers, each text once."""

    numbers: dict[str, int] = field(default_factory=dict)
    states: list[States] = field(default_factory=list)

    def add(self, texts: Sequence[str], lower: Callable[[Sequence[str]], list[States]]) -> None:
        """Read the texts that are not known."""
        new = [text for text in dict.fromkeys(texts) if text not in self.numbers]
        self.numbers.update({text: len(self.states) + number for number, text in enumerate(new)})
        self.states += lower(new)

    def __getitem__(self, text: str) -> States:
        return self.states[self.numbers[text]]


def shuffled(items: Sequence[Item], size: int, length: Callable[[Item], int], dice: random.Random) -> Iterator[list[Item]]:
    """Batches without end, in random order; texts of like length go together, so that little is padded."""
    while True:
        order = list(items)
        dice.shuffle(order)
        for start in range(0, len(order), size * 16):
            chunk = sorted(order[start : start + size * 16], key=length)
            batches = [chunk[at : at + size] for at in range(0, len(chunk), size)]
            dice.shuffle(batches)
            yield from batches


@dataclass(frozen=True, slots=True)
class Trained:
    """The weights of the two heads."""

    labels: Floats
    labels_bias: Floats
    covered: Floats
    covered_bias: Floats


def tune(tuner: Tuner, kinds: Sequence[Kind], pairs: Sequence[Pair], content: Content, plan: Plan | None = None) -> Trained:
    """Train the tuner's layers in place and give the heads; the same input gives the same weights on the same machine."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, dropout

    plan = plan or Plan()
    torch.manual_seed(plan.seed)
    dice = random.Random(plan.seed)
    store = Store()
    texts = [each.text for each in kinds] + [text for pair in pairs for text in (pair.text, pair.key) if text]
    texts += [*content.passages.values(), *(text for sentences in content.sentences.values() for text in sentences)]
    store.add(texts, lambda new: tuner.lower(new, plan.progress))
    size = 2 * store.states[0].shape[1]
    whole = torch.nn.ModuleDict(
        {"layers": tuner.layers, "labels": torch.nn.Linear(size, len(LABELS)), "covered": torch.nn.Linear(size, 1)}
    )
    counts = np.bincount([LABELS.index(each.label) for each in kinds], minlength=len(LABELS)).clip(min=1)
    weights = torch.tensor((counts.max() / counts) ** plan.rare, dtype=torch.float32)
    total = max(1, int(plan.passes * len(kinds) / plan.kinds))
    optimiser = torch.optim.AdamW(whole.parameters(), lr=plan.rate, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=total + 1, pct_start=0.1)
    messages = shuffled(kinds, plan.kinds, lambda each: len(store[each.text]), dice)
    questions = shuffled(aimed(tuner, store, pairs, content), plan.pairs, lambda each: len(store[each.text]) // 12, dice)
    by_passage = passages_of(pairs)

    def of_kinds(pooled: Any, batch: Sequence[Kind]) -> Any:
        pooled = dropout(pooled, 0.1)
        scores = whole["labels"](pooled).float()
        wanted = torch.tensor([LABELS.index(each.label) for each in batch])
        loss = cross_entropy(scores, wanted, weight=weights, label_smoothing=plan.smoothing)
        known = [number for number, each in enumerate(batch) if each.covered is not None]
        if not known:
            return loss
        answered = torch.tensor([float(batch[number].covered or 0) for number in known])
        return loss + 0.5 * binary_cross_entropy_with_logits(whole["covered"](pooled).float()[known, 0], answered)

    def of_pairs(batch: Sequence[Pair]) -> Any:
        near = [answer_to(pair, pairs, by_passage, content, dice) for pair in batch]
        around = [content.neighbours(pair.passage, pair.sentences) for pair in batch[: plan.neighbours]]
        far = [dice.choice(found)[1] for found in around if found]
        asked, pooled = tuner.upper([store[pair.text] for pair in batch])
        keys, _ = tuner.upper([store[text] for text in (*near, *far)])
        scores = asked.float() @ keys.float().T / plan.temperature
        # Another text of the same passage may answer too, so it is neither pulled near nor pushed away.
        owners = [pair.passage for pair in batch]
        same = np.zeros((len(batch), len(batch) + len(far)), bool)
        same[:, : len(batch)] = (np.array(owners)[:, None] == np.array(owners)) & ~np.eye(len(batch), dtype=bool)
        loss = cross_entropy(scores.masked_fill(torch.from_numpy(same), -1e4), torch.arange(len(batch)))
        passing = [number for number, pair in enumerate(batch) if pair.harmless]
        if not passing:
            return loss
        return loss + of_kinds(pooled[passing], [Kind(batch[number].text, "pass", True) for number in passing])

    whole.train()
    for step in tqdm(range(total), desc="Training", unit="batch", disable=not plan.progress):
        with torch.autocast("cpu", torch.bfloat16):
            batch = next(messages)
            loss = of_kinds(tuner.upper([store[each.text] for each in batch])[1], batch)
            if step % 2 == 0:
                loss = loss + of_pairs(next(questions))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
        optimiser.step()
        pace.step()
    whole.eval()
    heads = {name: value.detach().numpy().astype(np.float32) for name, value in whole.state_dict().items()}
    return Trained(heads["labels.weight"], heads["labels.bias"], heads["covered.weight"][0], heads["covered.bias"])


def aimed(tuner: Tuner, store: Store, pairs: Sequence[Pair], content: Content) -> list[Pair]:
    """The pairs, each with a sentence: where only the passage is known, the nearest one of it before training."""
    import torch

    def vectors(texts: Sequence[str]) -> Any:
        with torch.inference_mode():
            return tuner.upper([store[text] for text in texts])[0]

    found = []
    for pair in pairs:
        if pair.sentences:
            found.append(pair)
            continue
        nearness = vectors(content.sentences[pair.passage]) @ vectors([pair.text])[0]
        found.append(Pair(pair.text, pair.passage, (int(nearness.argmax()),), pair.key))
    return found


def answer_to(
    pair: Pair, pairs: Sequence[Pair], by_passage: Mapping[str, Sequence[int]], content: Content, dice: random.Random
) -> str:
    """A text that a question has to lie beside: mostly a sentence that answers it or another question that it answers."""
    lot = dice.random()
    others = [
        pairs[number].key
        for number in by_passage[pair.passage]
        if pairs[number].key and pairs[number].text != pair.text and set(pairs[number].sentences) & set(pair.sentences)
    ]
    if lot < 0.45 or (lot < 0.85 and not others):
        return content.sentences[pair.passage][dice.choice(pair.sentences)]
    return dice.choice(others) if lot < 0.85 else content.passages[pair.passage]
