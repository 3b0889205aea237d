"""Opens a finished index for searching; whatever is missing or broken in it is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from llama_index.core import VectorStoreIndex
from llama_index.core.retrievers import BaseRetriever

from corpus.library import Library
from index.build import VECTORS, collection_name, current_folder, read_manifest
from index.embed import Vector
from index.exceptions import IndexDamaged
from index.found import Texts
from index.keyword import open_keywords
from index.nodes import ASKED, KINDS, to_key
from index.search import Search, Weights
from index.settings import IndexSettings
from index.vectors import CachedEmbedding, KeyedChromaStore, VectorCache, open_client


def open_search(
    library: Library, settings: IndexSettings, embed: Callable[[str], Vector], weights: Weights | None = None
) -> Search:
    """Open the finished index.

    Raises:
        IndexMissing: nothing was built yet.
        IndexDamaged: the index cannot be read, or belongs to other content.
    """
    folder = current_folder(settings)
    manifest = read_manifest(folder)
    if manifest.corpus != library.version:
        raise IndexDamaged("the index belongs to another version of the content; run `python -m index build`")
    try:
        return Search(
            library,
            embed,
            _open_questions(folder, settings, manifest.counts),
            open_keywords(folder / "keywords", settings.candidates),
            _read_texts(folder / VECTORS),
            weights or Weights(),
        )
    # Chroma raises its own errors, numpy and the BM25 store raise these: all mean that the folder was tampered with.
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise IndexDamaged(f"the index in {folder} cannot be read; run `python -m index build --fresh` ({error})") from error


def _open_questions(folder: Path, settings: IndexSettings, counts: Mapping[str, int]) -> BaseRetriever:
    from chromadb.errors import ChromaError

    def unused(texts: object) -> Vector:
        raise AssertionError("the question's vector is given; nothing is embedded while searching")

    embedding = CachedEmbedding(unused, VectorCache(folder / "none.npz"), lambda count: None)
    if not settings.chroma_host and not (folder / "chroma" / "chroma.sqlite3").is_file():
        raise IndexDamaged(f"the index in {folder} has no Chroma store; run `python -m index build --fresh`")
    try:
        client = open_client(folder / "chroma", settings.chroma_host, settings.chroma_port)
        collections = {kind: client.get_collection(collection_name(kind, folder.name, settings)) for kind in KINDS}
        if any(collection.count() != counts[kind] for kind, collection in collections.items()):
            raise IndexDamaged(f"the index in {folder} lost entries; run `python -m index build --fresh`")
    except ChromaError as error:
        raise IndexDamaged(f"Chroma cannot read {folder}; run `python -m index build --fresh` ({error})") from error
    index = VectorStoreIndex.from_vector_store(KeyedChromaStore.from_collection(collections[ASKED]), embed_model=embedding)
    return index.as_retriever(similarity_top_k=settings.candidates)


def _read_texts(path: Path) -> Texts:
    with np.load(path) as stored:
        keys, vectors = [to_key(node_id) for node_id in stored["ids"].tolist()], stored["vectors"]
    names = [key.passage for key in keys if key.kind == "passage"]
    sentences = [row for row, key in enumerate(keys) if key.kind == "sentence"]
    counts = Counter(keys[row].passage for row in sentences)
    return Texts(
        rows={name: row for row, name in enumerate(names)},
        passages=vectors[[row for row, key in enumerate(keys) if key.kind == "passage"]],
        sentences=vectors[sentences],
        starts=np.cumsum([0, *(counts[name] for name in names)]),
    )
