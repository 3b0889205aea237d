"""The trained layers: saved and loaded, taken into the model, and clear errors when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.embed import Embed, model_folder, model_hash, open_model
from index.exceptions import ModelMismatch
from index.layers import count_of, load_layers, save_layers


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "layers.npz"
    weights = {"0.dense.weight": np.ones((2, 2), np.float32), "1.dense.weight": np.zeros((2, 2), np.float32)}
    save_layers(weights, "base", path)
    loaded = load_layers("base", path)
    assert {name: value.tolist() for name, value in loaded.items()} == {name: value.tolist() for name, value in weights.items()}
    assert count_of(loaded) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["layers.npz"]


@pytest.mark.parametrize("damage", ["missing", "another model", "cut off"])
def test_layers_that_cannot_be_used_say_what_to_do(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "layers.npz"
    if damage != "missing":
        save_layers({"0.weight": np.ones((20, 20), np.float32)}, "base", path)
    if damage == "cut off":
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelMismatch, match="python -m assistant train"):
        load_layers("other" if damage == "another model" else "base", path)


def test_the_shipped_layers_continue_the_packaged_model_and_change_its_vectors() -> None:
    assert count_of(load_layers(model_hash(model_folder("")))) <= 6
    text = "Why are my hands stiff?"
    published = open_model(model_folder("")).encode([text], normalize_embeddings=True)[0]
    ours = Embed()(text)
    assert np.linalg.norm(ours) == pytest.approx(1, abs=1e-5)
    assert float(ours @ published) < 0.99


def test_one_pass_gives_vector_and_pooled_states() -> None:
    embed = Embed()
    read = embed.read("stiff hands")
    assert (read.vector.shape, read.pooled.shape) == ((384,), (768,))
    mean = read.pooled[:384]
    assert np.allclose(mean / np.linalg.norm(mean), read.vector, atol=1e-5)
    assert embed.read("stiff hands") is read
    assert np.allclose(embed.many(["stiff hands", "a much longer text than that one is"])[0], read.vector, atol=1e-4)
