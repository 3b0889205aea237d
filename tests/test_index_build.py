"""The index: built from a tiny corpus with a fake embedding, killed, damaged, rebuilt."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.library import Library, read_library
from index.build import MANIFEST, POINTER, build_index, current_folder, is_current, read_manifest
from index.embed import Vector
from index.exceptions import IndexDamaged, IndexMissing, ModelMismatch
from index.opening import open_search
from index.search import Query
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


def embed_one(text: str) -> Vector:
    return embed_words([text])[0]


class Counting:
    """Counts the texts that were embedded."""

    def __init__(self) -> None:
        self.texts = 0

    def __call__(self, texts: Sequence[str]) -> Vector:
        self.texts += len(texts)
        return embed_words(texts)


@pytest.fixture
def tiny(folder: Path) -> Library:
    return read_library(folder)


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(directory=tmp_path / "state")


def ask(library: Library, settings: IndexSettings, text: str) -> list[tuple[str, float]]:
    search = open_search(library, settings, embed_one)
    return [(found.passage.id, found.score) for found in search(Query((text,), text))]


def test_a_sentence_finds_its_own_passage(tiny: Library, settings: IndexSettings) -> None:
    build_index(tiny, settings, embed_words, progress=False)
    for passage in tiny.passages.values():
        found = ask(tiny, settings, passage.sentences[0])
        assert passage.id in [name for name, _ in found[:2]]


def test_a_second_build_of_the_same_content_embeds_nothing(tiny: Library, settings: IndexSettings) -> None:
    first = build_index(tiny, settings, embed_words, progress=False)
    counting = Counting()
    assert build_index(tiny, settings, counting, progress=False) == first
    assert counting.texts == 0


def test_changed_content_embeds_only_what_is_new(folder: Path, settings: IndexSettings) -> None:
    library = read_library(folder)
    build_index(library, settings, embed_words, progress=False)
    questions = folder / "questions" / "joint-pain.yaml"
    text = questions.read_text(encoding="utf-8")
    assert "[Why do my joints hurt?]" in text
    text = text.replace("[Why do my joints hurt?]", "[Why do my joints hurt?, Is this wholly new?]")
    questions.write_text(text, encoding="utf-8")
    changed = read_library(folder)
    assert not is_current(changed, settings)
    counting = Counting()
    build_index(changed, settings, counting, progress=False)
    assert counting.texts == 1
    assert is_current(changed, settings)


def test_rebuilding_from_nothing_gives_the_same_ranking(tiny: Library, settings: IndexSettings) -> None:
    texts = [question.text for question in tiny.questions]
    build_index(tiny, settings, embed_words, progress=False)
    before = [ask(tiny, settings, text) for text in texts]
    for _ in range(2):
        build_index(tiny, settings, embed_words, fresh=True, progress=False)
        assert [ask(tiny, settings, text) for text in texts] == before


def test_the_last_two_versions_stay(tiny: Library, settings: IndexSettings) -> None:
    folders = [build_index(tiny, settings, embed_words, fresh=True, progress=False) for _ in range(4)]
    assert [folder.exists() for folder in folders] == [False, False, True, True]
    assert current_folder(settings) == folders[-1]


def build_slowly(folder: Path, settings: IndexSettings) -> None:
    def slow(texts: Sequence[str]) -> Vector:
        time.sleep(0.15)
        return embed_words(texts)

    build_index(read_library(folder), settings, slow, fresh=True, progress=False)


@pytest.mark.parametrize("after", [0.05, 0.2, 0.35, 0.5, 0.8])
def test_a_killed_build_leaves_the_old_index_and_the_next_one_completes(
    folder: Path, settings: IndexSettings, after: float
) -> None:
    library = read_library(folder)
    old = build_index(library, settings, embed_words, progress=False)
    before = ask(library, settings, "stiff joints")
    process = multiprocessing.get_context("spawn").Process(target=build_slowly, args=(folder, settings))
    process.start()
    begun = time.monotonic()
    while not list((settings.directory / "index").glob("building-*")) and time.monotonic() - begun < 60:
        time.sleep(0.01)
    time.sleep(after)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert read_manifest(current_folder(settings)).corpus == library.version
    assert ask(library, settings, "stiff joints") == before
    new = build_index(library, settings, embed_words, fresh=True, progress=False)
    assert new != old
    assert not list((settings.directory / "index").glob("building-*"))
    assert ask(library, settings, "stiff joints") == before


def test_no_index_says_how_to_build_one(tiny: Library, settings: IndexSettings) -> None:
    with pytest.raises(IndexMissing, match="python -m index build"):
        open_search(tiny, settings, embed_one)


def damage_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text("{not json")


def damage_pointer(folder: Path) -> None:
    (folder.parent / POINTER).write_text("nowhere\n")


def remove_chroma(folder: Path) -> None:
    shutil.rmtree(folder / "chroma")


def remove_keywords(folder: Path) -> None:
    shutil.rmtree(folder / "keywords")


def cut_vectors(folder: Path) -> None:
    path = folder / "vectors.npz"
    path.write_bytes(path.read_bytes()[:100])


def overwrite_chroma(folder: Path) -> None:
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"this is not a database, although it is long enough to be read" * 40)


@pytest.mark.parametrize(
    "damage",
    [damage_manifest, damage_pointer, remove_chroma, remove_keywords, cut_vectors, overwrite_chroma],
    ids=lambda f: f.__name__,
)
def test_a_damaged_index_is_named_as_such_and_can_be_rebuilt(tiny: Library, settings: IndexSettings, damage: object) -> None:
    assert callable(damage)
    damage(build_index(tiny, settings, embed_words, progress=False))
    with pytest.raises(IndexDamaged, match="python -m index build --fresh"):
        open_search(tiny, settings, embed_one)
    build_index(tiny, settings, embed_words, fresh=True, progress=False)
    assert ask(tiny, settings, "stiff joints")


def test_an_index_of_other_content_is_refused(folder: Path, tiny: Library, settings: IndexSettings) -> None:
    build_index(tiny, settings, embed_words, progress=False)
    labels = folder / "labels.yaml"
    labels.write_text(labels.read_text() + "# a remark\n")
    with pytest.raises(IndexDamaged, match="another version"):
        open_search(read_library(folder), settings, embed_one)


def test_a_model_folder_that_does_not_exist_is_named(tiny: Library, tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch, match="CITEWELL_INDEX_MODEL"):
        build_index(tiny, IndexSettings(directory=tmp_path, model=str(tmp_path / "none")), embed_words, progress=False)


def test_the_manifest_counts_what_is_stored(tiny: Library, settings: IndexSettings) -> None:
    folder = build_index(tiny, settings, embed_words, progress=False)
    counts = json.loads((folder / MANIFEST).read_text())["counts"]
    assert counts == {
        "passage": len(tiny.passages),
        "sentence": sum(len(passage.sentences) for passage in tiny.passages.values()),
        "question": len(tiny.questions),
    }
