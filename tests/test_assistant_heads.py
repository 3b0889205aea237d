"""The heads on the embedding, their blend with the classifier, and clear errors when their file cannot be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.heads import Heads, HeadsMissing, load_heads, save_heads
from assistant.screen.blend import FARTHEST, Blend, evidence, features, fit_blend, fit_signs
from assistant.screen.examples import LABELS
from index.layers import layers_hash

DOSING, PASS = LABELS.index("dosing"), LABELS.index("pass")


@pytest.fixture
def heads() -> Heads:
    random = np.random.default_rng(1)
    sizes = ((len(LABELS), 8), (len(LABELS),), (8,), (1,), (len(LABELS), 3), (len(LABELS), 4))
    return Heads(*(random.normal(size=size).astype(np.float32) for size in sizes))


def test_a_label_is_compared_with_passing(heads: Heads) -> None:
    labels = np.zeros((len(LABELS), 2), np.float32)
    labels[DOSING], labels[PASS] = (3, 0), (1, 0)
    simple = replace(heads, labels=labels, labels_bias=np.zeros(len(LABELS), np.float32))
    said = simple.kinds(np.array([2, 5], np.float32))
    assert said["pass"] == 0
    assert said["dosing"] == pytest.approx(4)


def test_coverage_is_a_weighted_sum(heads: Heads) -> None:
    simple = replace(heads, covered=np.array([1, -2], np.float32), covered_bias=np.array([0.5], np.float32))
    assert simple.coverage(np.array([3, 1], np.float32)) == pytest.approx(1.5)


def test_what_is_saved_is_loaded(heads: Heads, tmp_path: Path) -> None:
    path = tmp_path / "heads.npz"
    save_heads(heads, "layers", path)
    loaded = load_heads("layers", path)
    pooled = np.ones(8, np.float32)
    assert loaded.kinds(pooled) == heads.kinds(pooled)
    assert loaded.coverage(pooled) == heads.coverage(pooled)
    assert [each.name for each in tmp_path.iterdir()] == ["heads.npz"]


@pytest.mark.parametrize("damage", ["missing", "other layers", "cut off", "no heads"])
def test_heads_that_cannot_be_used_say_what_to_do(heads: Heads, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "heads.npz"
    if damage != "missing":
        save_heads(heads, "layers", path)
    if damage == "cut off":
        path.write_bytes(path.read_bytes()[:200])
    if damage == "no heads":
        np.savez(path.open("wb"), other=np.ones(1))
    with pytest.raises(HeadsMissing, match="python -m assistant train"):
        load_heads("others" if damage == "other layers" else "layers", path)


def test_the_shipped_heads_belong_to_the_shipped_layers() -> None:
    assert load_heads(layers_hash()).labels.shape == (len(LABELS), 768)


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


def test_a_rule_and_a_sentence_count_as_much_as_they_tell() -> None:
    random = np.random.default_rng(0)
    labels = ["dosing" if number % 2 else "pass" for number in range(400)]
    rows = []
    for label in labels:
        likely = float(random.uniform(0.2, 0.8))
        rows.append(evidence(likely, likely, (label == "dosing") is (random.uniform() < 0.95)))
    signs = fit_signs({"dosing": rows}, labels)  # type: ignore[arg-type]
    assert signs.weigh("dosing", 0.3, 0.3, True) > 0.8 > 0.2 > signs.weigh("dosing", 0.3, 0.3, False)
    assert signs.weigh("emergency", 0.3, 0.9, False) == pytest.approx(0.3, abs=1e-3)


@given(st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_what_is_weighed_is_bounded(likely: float, alone: float, rule: bool) -> None:
    found = evidence(likely, alone, rule)
    assert np.isfinite(found).all()
    assert found[2] >= 0
