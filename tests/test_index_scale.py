"""The larger stores that are made up to be measured, and the citation engine that answers are timed beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.library import Library, read_library
from index.build import build_index
from index.citation_engine import TOP, open_citation_engine
from index.embed import Vector
from index.nodes import texts
from index.scale import grow, measure_scale, recall
from index.settings import IndexSettings

WIDTH = 64


def embed_words(texts: Sequence[str]) -> Vector:
    """Embeds a text by hashing its words: no model, the same every time."""
    rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            rows[row, sum(map(ord, word.strip(".,?!"))) % WIDTH] += 1.0
        rows[row, 0] += 0.01
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def tiny(folder: Path) -> Library:
    return read_library(folder)


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(directory=tmp_path / "state")


@pytest.fixture
def real() -> Vector:
    rows = np.random.default_rng(1).standard_normal((20, 384)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [pytest.param(7, id="fewer than there are"), pytest.param(45, id="more than there are")])
def test_grown_vectors_are_unit_vectors_that_begin_with_the_real_ones(real: Vector, count: int) -> None:
    grown = grow(real, count)
    assert grown.shape == (count, 384)
    assert np.allclose(np.linalg.norm(grown, axis=1), 1.0, atol=1e-5)
    assert np.allclose(grown[:20], real[:count], atol=1e-6)


def test_grown_vectors_are_the_same_each_time_and_others_with_another_seed(real: Vector) -> None:
    assert np.array_equal(grow(real, 60), grow(real, 60))
    assert not np.allclose(grow(real, 60)[20:], grow(real, 60, seed=2)[20:])


def test_two_made_from_one_are_as_near_as_a_real_passage_and_its_nearest(real: Vector) -> None:
    grown = grow(real, 420)
    cosines = (grown[20:220] * grown[220:420]).sum(axis=1)
    assert float(np.median(cosines)) == pytest.approx(1 / (1 + 0.56**2), abs=0.05)


def test_perturbations_go_where_real_vectors_differ(real: Vector) -> None:
    flat = real.copy()
    flat[:, 100:] = 0.0
    assert not grow(flat / np.linalg.norm(flat, axis=1, keepdims=True), 60)[:, 100:].any()


COSINES = np.array([0.9, 0.8, 0.8, 0.1, 0.0], dtype=np.float32)


@pytest.mark.parametrize(
    ("found", "candidates", "share"),
    [
        pytest.param([0, 1], 2, 1.0, id="all found"),
        pytest.param([0, 2], 2, 1.0, id="an equally near one instead"),
        pytest.param([0, 3], 2, 0.5, id="one missed"),
        pytest.param([0, 0], 2, 0.5, id="one found twice"),
        pytest.param([], 2, 0.0, id="nothing found"),
        pytest.param([0, 1, 2, 3, 4], 30, 1.0, id="fewer stored than asked for"),
    ],
)
def test_recall(found: list[int], candidates: int, share: float) -> None:
    assert recall(found, COSINES, candidates) == share


def test_each_size_is_stored_and_asked(tiny: Library, settings: IndexSettings) -> None:
    small, large = measure_scale(tiny, settings, embed_words, (3, 60), queries=4, progress=False)
    assert (small.passages, large.passages) == (3, 60)
    assert len(small.queries) == len(large.queries) == 4
    assert small.recall == large.recall == 1.0
    assert small.built > 0 < small.megabytes < large.megabytes
    assert not list(settings.directory.glob("**/chroma.sqlite3")), "the stores lie in temporary folders"


def test_the_citation_engine_cites_passages_of_ours(tiny: Library, settings: IndexSettings, tmp_path: Path) -> None:
    ask = open_citation_engine(tiny, settings, embed_words, tmp_path / "engine")
    sources = ask("Is joint pain a common side effect?")
    assert len(sources) == TOP
    assert [source.split(":")[0] for source in sources] == ["Source 1", "Source 2", "Source 3"]
    assert any("joint pain is a common side effect" in source.lower() for source in sources)


def test_the_citation_engine_embeds_questions_that_the_index_knows(
    tiny: Library, settings: IndexSettings, tmp_path: Path
) -> None:
    build_index(tiny, settings, embed_words, progress=False)
    embedded: list[str] = []

    def many(new: Sequence[str]) -> Vector:
        embedded.extend(new)
        return embed_words(new)

    ask = open_citation_engine(tiny, settings, many, tmp_path / "engine")
    assert embedded == [], "the index holds the vectors of the passages"
    anticipated = [text for _, text in texts(tiny, "question")][:2]
    for text in anticipated:
        ask(text)
    assert embedded == anticipated
