"""Trains the embedding model's last layers and the two heads on top of them, in one go and always the same way.

Four things are asked of them at once: to tell what a message is, to tell whether the content covers it, to lay a question
beside the sentence that answers it, the other questions that the same sentence answers, and their passage, and away from
everything else in the batch and from neighbouring sentences, and to keep a question that nothing answers away from all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
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
    strangers: int = 16
    """Questions of a batch that the content does not answer, each beside a sentence that resembles it."""
    lures: int = 8
    """How many of the sentences that resemble such a question most take turns."""
    apart: float = 0.5
    """How much it counts that an answer is near, and all else far, as such; else only who is nearer counts."""
    slips: float = 0.3
    """How often a message is read with slips of the hand, or spelt by ear."""
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


@dataclass(frozen=True, slots=True)
class Stranger:
    """A question that the content does not answer, with the sentences, and their passages, that resemble it most."""

    kind: Kind
    lures: tuple[tuple[str, str], ...]


def tune(tuner: Tuner, kinds: Sequence[Kind], pairs: Sequence[Pair], content: Content, plan: Plan | None = None) -> Trained:
    """Train the tuner's layers in place and give the heads; the same input gives the same weights on the same machine."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, dropout, softplus

    plan = plan or Plan()
    torch.manual_seed(plan.seed)
    dice = random.Random(plan.seed)
    store = Store()
    texts = [text for kind in kinds for text in (kind.text, kind.slipped) if text]
    texts += [text for pair in pairs for text in (pair.text, pair.slipped, pair.key) if text]
    texts += content.passages.values()
    texts += [text for sentences in content.sentences.values() for text in sentences]
    store.add(texts, lambda new: tuner.lower(new, plan.progress))
    size = 2 * store.states[0].shape[1]
    edge = torch.nn.Linear(1, 1)  # from a cosine to how likely it is that the one answers the other
    torch.nn.init.constant_(edge.weight, 10.0)
    torch.nn.init.constant_(edge.bias, -5.0)
    heads = {"labels": torch.nn.Linear(size, len(LABELS)), "covered": torch.nn.Linear(size, 1)}
    whole = torch.nn.ModuleDict({"layers": tuner.layers, **heads})
    counts = np.bincount([LABELS.index(each.label) for each in kinds], minlength=len(LABELS)).clip(min=1)
    weights = torch.tensor((counts.max() / counts) ** plan.rare, dtype=torch.float32)
    total = max(1, int(plan.passes * len(kinds) / plan.kinds))
    groups: list[dict[str, Any]] = [
        {"params": list(whole.parameters())},
        {"params": list(edge.parameters()), "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=plan.rate, weight_decay=0.01, fused=True)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, [plan.rate, 50 * plan.rate], total_steps=total + 1, pct_start=0.1)
    messages = shuffled(kinds, plan.kinds, lambda each: len(store[each.text]), dice)
    questions = shuffled(aimed(tuner, store, pairs, content), plan.pairs, lambda each: len(store[each.text]) // 12, dice)
    strange = lured(tuner, store, [each for each in kinds if each.covered is False], content, plan.lures)
    others = shuffled(strange, plan.strangers, lambda each: len(store[each.kind.text]) // 12, dice) if strange else repeat([])
    by_passage = passages_of(pairs)

    def read(each: Kind | Pair) -> States:
        return store[each.slipped if each.slipped and dice.random() < plan.slips else each.text]

    def of_kinds(pooled: Any, batch: Sequence[Kind]) -> Any:
        pooled = dropout(pooled, 0.1)
        scores = heads["labels"](pooled).float()
        wanted = torch.tensor([LABELS.index(each.label) for each in batch])
        loss = cross_entropy(scores, wanted, weight=weights, label_smoothing=plan.smoothing)
        known = [number for number, each in enumerate(batch) if each.covered is not None]
        if not known:
            return loss
        answered = torch.tensor([float(batch[number].covered or 0) for number in known])
        return loss + 0.5 * binary_cross_entropy_with_logits(heads["covered"](pooled).float()[known, 0], answered)

    def of_pairs(batch: Sequence[Pair], strangers: Sequence[Stranger]) -> Any:
        near = [answer_to(pair, pairs, by_passage, content, dice) for pair in batch]
        around = [content.neighbours(pair.passage, pair.sentences) for pair in batch[: plan.neighbours]]
        far = [dice.choice(found) for found in around if found] + [dice.choice(each.lures) for each in strangers]
        asked, pooled = tuner.upper([*map(read, batch), *(read(each.kind) for each in strangers)])
        keys, _ = tuner.upper([store[text] for text in (*near, *(text for _, text in far))])
        cosines = asked.float() @ keys.float().T
        # Another text of the same passage may answer too, so it is neither pulled near nor pushed away.
        owners = np.array([pair.passage for pair in batch])
        same = np.zeros(tuple(cosines.shape), bool)
        same[: len(batch), : len(batch)] = (owners[:, None] == owners) & ~np.eye(len(batch), dtype=bool)
        lures = np.array([name for name, _ in far[len(far) - len(strangers) :]])
        if len(lures):
            same[: len(batch), -len(lures) :] = owners[:, None] == lures
        hidden, wanted = torch.from_numpy(same), torch.zeros(cosines.shape)
        wanted.fill_diagonal_(1.0)
        wanted[len(batch) :] = 0.0
        loss = cross_entropy((cosines / plan.temperature).masked_fill(hidden, -1e4)[: len(batch)], torch.arange(len(batch)))
        likely = edge(cosines.unsqueeze(-1)).squeeze(-1).float()
        surprise = softplus(torch.where(wanted > 0, -likely, likely)).masked_fill(hidden, 0.0)
        loss = loss + plan.apart * surprise.sum() / len(cosines)
        passing = [number for number, pair in enumerate(batch) if pair.harmless]
        if not passing:
            return loss
        return loss + of_kinds(pooled[passing], [Kind(batch[number].text, "pass", True) for number in passing])

    whole.train()
    for step in tqdm(range(total), desc="Training", unit="batch", disable=not plan.progress):
        with torch.autocast("cpu", torch.bfloat16):
            batch = next(messages)
            loss = of_kinds(tuner.upper([read(each) for each in batch])[1], batch)
            if step % 2 == 0:
                loss = loss + of_pairs(next(questions), next(others))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
        optimiser.step()
        pace.step()
    whole.eval()
    found = {name: value.detach().numpy().astype(np.float32) for name, value in whole.state_dict().items()}
    return Trained(found["labels.weight"], found["labels.bias"], found["covered.weight"][0], found["covered.bias"])


def lured(tuner: Tuner, store: Store, kinds: Sequence[Kind], content: Content, count: int) -> list[Stranger]:
    """The questions that the content does not answer, each with the sentences that resembled it most before training."""
    sentences = [(name, text) for name, texts in content.sentences.items() for text in texts]
    if not kinds:
        return []
    nearness = vectors(tuner, [store[each.text] for each in kinds]) @ vectors(tuner, [store[text] for _, text in sentences]).T
    best = np.argsort(-nearness, axis=1, kind="stable")[:, :count]
    return [Stranger(each, tuple(sentences[number] for number in row)) for each, row in zip(kinds, best, strict=True)]


def vectors(tuner: Tuner, states: Sequence[States]) -> Floats:
    """The unit vectors of some texts as the tuner stands, shape (texts, dimension)."""
    import torch

    order = sorted(range(len(states)), key=lambda number: len(states[number]))
    found: list[Floats] = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(order), 64):
            found.append(tuner.upper([states[number] for number in order[start : start + 64]])[0].numpy())
    everything = np.empty((len(states), found[0].shape[1]), np.float32)
    everything[order] = np.concatenate(found)
    return everything


def aimed(tuner: Tuner, store: Store, pairs: Sequence[Pair], content: Content) -> list[Pair]:
    """The pairs, each with a sentence: where only the passage is known, the nearest one of it before training."""
    found = []
    for pair in pairs:
        if pair.sentences:
            found.append(pair)
            continue
        nearness = (
            vectors(tuner, [store[text] for text in content.sentences[pair.passage]]) @ vectors(tuner, [store[pair.text]])[0]
        )
        found.append(replace(pair, sentences=(int(nearness.argmax()),)))
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
