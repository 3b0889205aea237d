from pathlib import Path

import pytest
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from index.keyword import build_keywords, open_keywords

TEXTS = {
    "joints": "Exercise may ease sore joints and stiff knees",
    "bones": "Swimming does little for bone density",
    "flushes": "Hot flushes come from low estrogen",
    "both": "Exercise that loads bones, and joints that ache",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("keywords")
    build_keywords([TextNode(id_=name, text=text) for name, text in TEXTS.items()], found)
    return found


@pytest.mark.parametrize("asked", ["exercise for joints", "bones", "do hot flushes ache", "Exercise, exercise!"])
def test_it_finds_what_the_library_finds_by_id(folder: Path, asked: str) -> None:
    ours, theirs = open_keywords(folder, 4), BM25Retriever.from_persist_dir(str(folder))
    theirs.similarity_top_k = 4
    found = [(hit.node_id, hit.score) for hit in ours.retrieve(QueryBundle(asked))]
    assert found == [(hit.node_id, hit.score) for hit in theirs.retrieve(QueryBundle(asked)) if hit.score]
    assert found


@pytest.mark.parametrize("asked", ["quantum chromodynamics", "the", "?!"])
def test_what_shares_no_word_is_not_found(folder: Path, asked: str) -> None:
    assert open_keywords(folder, 4).retrieve(QueryBundle(asked)) == []


def test_it_gives_no_more_than_it_was_opened_for(folder: Path) -> None:
    assert len(open_keywords(folder, 1).retrieve(QueryBundle("exercise joints"))) == 1
