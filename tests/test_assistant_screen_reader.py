"""The reader and its blend with the classifier: the same numbers as PyTorch gives, and clear errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screen.blend import FARTHEST, SURE, Blend, by_both, features, fit_blend
from assistant.screen.conversation import Reading
from assistant.screen.examples import LABELS, Example
from assistant.screen.reader import Reader, ReaderMissing, load_reader, save_reader
from assistant.screen.train import BATCH, Row, batched, padded, rows, train_reader
from index.embed import Embed, checked_hash

TEXTS = ("How much letrozole should I take?", "stiff hands", "Why do bones thin " * 30)


@pytest.fixture(scope="module")
def embed() -> Embed:
    return Embed("", 1)


@pytest.fixture(scope="module")
def untrained(embed: Embed) -> Reader:
    """A reader of the embedding model's own layers and a head of made-up weights."""
    layers = embed.upper_layers()
    weights = {f"layers.{name}": value.numpy() for name, value in layers.state_dict().items()}
    random = np.random.default_rng(1)
    weights["head.weight"] = random.normal(size=(len(LABELS), 768)).astype(np.float32)
    weights["head.bias"] = random.normal(size=len(LABELS)).astype(np.float32)
    return Reader(weights, len(layers), "model")


@pytest.mark.parametrize("text", TEXTS, ids=["a question", "two words", "a long text"])
def test_the_layers_give_what_pytorch_gives(embed: Embed, untrained: Reader, text: str) -> None:
    states = torch.from_numpy(embed.tokens(text).copy())[None]
    with torch.inference_mode():
        for layer in embed.upper_layers():
            states = layer(states)
        pooled = torch.cat([states.mean(1), states.amax(1)], 1)
        weights = untrained.weights
        scores = torch.log_softmax(
            pooled @ torch.from_numpy(weights["head.weight"]).T + torch.from_numpy(weights["head.bias"]), 1
        )[0]
    expected = (scores - scores[LABELS.index("pass")]).numpy()
    assert np.allclose(list(untrained.predict(embed.tokens(text)).values()), expected, atol=2e-3)


def test_the_layers_continue_the_embedding(embed: Embed) -> None:
    text = TEXTS[0]
    states = torch.from_numpy(embed.tokens(text).copy())[None]
    with torch.inference_mode():
        for layer in embed.upper_layers():
            states = layer(states)
    mean = states.mean(1)[0]
    assert np.allclose((mean / mean.norm()).numpy(), embed(text), atol=1e-4)


def test_the_shipped_reader_belongs_to_the_packaged_model() -> None:
    reader, blend = load_reader(checked_hash(""))
    assert reader.layers == 2
    assert blend.shape == (len(LABELS), 3)


def test_what_is_saved_is_loaded(untrained: Reader, embed: Embed, tmp_path: Path) -> None:
    path = tmp_path / "reader.npz"
    save_reader(untrained, np.ones((len(LABELS), 3), np.float32), path)
    loaded, blend = load_reader("model", path)
    one, other = untrained.predict(embed.tokens(TEXTS[0])), loaded.predict(embed.tokens(TEXTS[0]))
    assert blend.tolist() == [[1, 1, 1]] * len(LABELS)
    assert max(abs(one[label] - other[label]) for label in LABELS) < 0.1
    assert [each.name for each in tmp_path.iterdir()] == ["reader.npz"]


@pytest.mark.parametrize("damage", ["missing", "another model", "cut off", "no weights"])
def test_a_reader_that_cannot_be_used_says_what_to_do(untrained: Reader, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "reader.npz"
    if damage != "missing":
        save_reader(untrained, np.ones((len(LABELS), 3), np.float32), path)
    if damage == "cut off":
        path.write_bytes(path.read_bytes()[:1000])
    if damage == "no weights":
        np.savez(path.open("wb"), other=np.ones(1))
    with pytest.raises(ReaderMissing, match="python -m assistant train"):
        load_reader("another" if damage == "another model" else "model", path)


def test_a_blend_follows_what_tells_labels_apart() -> None:
    random = np.random.default_rng(0)
    labels = [LABELS[number % len(LABELS)] for number in range(330)]
    said = []
    for label in labels:
        noise = {name: float(random.uniform(0.2, 0.8)) for name in LABELS}
        knows = {name: float(random.normal(3 if name == label else -3, 1)) for name in LABELS}
        said.append(features(noise, knows))
    blend = fit_blend(said, labels)
    assert (blend.weights[:, 2] > blend.weights[:, 1]).all()
    sure = blend(dict.fromkeys(LABELS, 0.5), {name: 5.0 if name == "dosing" else -5.0 for name in LABELS})
    assert sure["dosing"] > 0.9 > 0.2 > sure["emergency"]


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(-1e6, 1e6))
def test_a_blend_stays_a_probability(likely: float, ratio: float) -> None:
    found = Blend(np.ones((len(LABELS), 3), np.float32))(dict.fromkeys(LABELS, likely), dict.fromkeys(LABELS, ratio))
    assert all(0 <= value <= 1 for value in found.values())
    bounded = features(dict.fromkeys(LABELS, likely), dict.fromkeys(LABELS, ratio))
    assert np.abs(bounded).max() <= FARTHEST + 1


def example(text: str, label: str) -> Example:
    """An example that may be trained on."""
    found = Example((text,), label)  # type: ignore[arg-type]
    return found if found.fold > 1 else example(text + "!", label)


def test_training_tells_two_kinds_apart_and_repeats_itself(embed: Embed) -> None:
    asks = [example(f"how many {name} tablets do I take", "dosing") for name in ("blue", "red", "white", "round", "small", "big")]
    calm = [example(f"why are {name} joints stiff", "pass") for name in ("my", "her", "his", "old", "cold", "sore")]
    found = rows(asks * 6, calm, lambda text: text, embed.tokens) + rows(calm * 6, (), lambda text: text, embed.tokens)
    first = train_reader(found, embed.upper_layers(), "model")
    second = train_reader(found, embed.upper_layers(), "model")
    assert all(np.array_equal(first.weights[name], second.weights[name]) for name in first.weights)
    assert first.predict(embed.tokens("how many green tablets do I take"))["dosing"] > 0
    assert first.predict(embed.tokens("why are big joints stiff"))["dosing"] < 0


def test_what_is_held_apart_is_not_trained_on(embed: Embed) -> None:
    everything = [Example((f"how many tablets number {number}",), "dosing") for number in range(40)]
    assert len(rows(everything, everything, lambda text: text, embed.tokens)) == 2 * sum(each.fold > 1 for each in everything)


def test_batches_hold_every_row_once() -> None:
    found = [Row(np.zeros((1 + number % 7, 4), np.float16), number % 3) for number in range(3 * BATCH + 5)]
    batches = list(batched(found, 0))
    assert sorted(map(id, (row for batch in batches for row in batch))) == sorted(map(id, found))
    states, mask = padded(batches[0])
    assert states.shape[:2] == mask.shape
    assert mask.sum() == sum(len(row.tokens) for row in batches[0])


class Says:
    """A classifier or a reader that always says the same, and counts how often it was asked."""

    def __init__(self, likely: float) -> None:
        self.said = dict.fromkeys(LABELS, likely)
        self.times = 0

    def predict(self, *given: object) -> dict[str, float]:
        self.times += 1
        return self.said


@pytest.mark.parametrize(
    ("likely", "times"), [pytest.param(SURE / 2, 0, id="surely harmless"), pytest.param(0.02, 1, id="in doubt")]
)
def test_the_reader_is_asked_only_in_doubt(likely: float, times: int) -> None:
    classifier, reader = Says(likely), Says(4.0)
    nothing = np.zeros(1, np.float32)
    predict = by_both(
        classifier, reader, Blend(np.ones((len(LABELS), 3), np.float32)), lambda text: nothing, lambda text: nothing
    )
    assert set(predict(Reading("x", "x"))) == set(LABELS)
    assert (classifier.times, reader.times) == (1, times)
