"""How LlamaIndex and Chroma hold our vectors: one collection a kind, read back by id and cosine only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import chromadb
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.config import Settings
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQueryResult
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from index.embed import Vector

# Chroma's own defaults gave different rankings from one build to the next; with these, recall is 1.0 and rankings are identical.
# A wider search (500) finds the same 30 of 10,000 questions and takes 1.6 times as long.
EXACT: CreateCollectionConfiguration = {
    "hnsw": {"space": "cosine", "ef_search": 100, "ef_construction": 400, "max_neighbors": 48, "num_threads": 1}
}
Progress = Callable[[int], object]


def open_client(folder: Path, host: str = "", port: int = 8000) -> ClientAPI:
    """A client of the Chroma in a folder, or of a server when a host is given; telemetry is off."""
    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    if host:
        return chromadb.HttpClient(host=host, port=port, settings=settings)
    return chromadb.PersistentClient(path=str(folder), settings=settings)


class KeyedChromaStore(ChromaVectorStore):
    """A Chroma store that gives back ids and cosine similarities, and parses no stored node.

    Everything else about a hit is in the library, so reading documents and metadata back would only cost time.
    """

    def _query(
        self, query_embeddings: list[float], n_results: int, where: dict[str, Any] | None, **kwargs: Any
    ) -> VectorStoreQueryResult:
        wanted: list[Sequence[float] | Sequence[int]] = [query_embeddings]
        found = self._collection.query(query_embeddings=wanted, n_results=n_results, include=["distances"])
        ids = found["ids"][0]
        distances = (found["distances"] or [[]])[0]
        return VectorStoreQueryResult(
            nodes=[TextNode(id_=node_id, text="") for node_id in ids],
            similarities=[1.0 - distance for distance in distances],
            ids=ids,
        )


class VectorCache:
    """Vectors by the SHA-256 of their text, kept between builds so that only new text is embedded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, Vector] = {}
        if path.is_file():
            try:
                with np.load(path) as stored:
                    self.known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
            except (OSError, ValueError, KeyError, EOFError, BadZipFile):
                path.unlink()  # a cache that cannot be read is only slower, and is written anew by the next build

    @staticmethod
    def key(text: str) -> str:
        """What a text's vector is kept under."""
        return hashlib.sha256(text.encode()).hexdigest()

    def many(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vector]) -> Vector:
        """The vectors of some texts, embedding only those that are not known."""
        keys = [self.key(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self.known}
        if new:
            self.known.update(zip(new, embed(list(new.values())), strict=True))
        return np.array([self.known[key] for key in keys], dtype=np.float32)

    def save(self, used: set[str]) -> None:
        """Write the vectors that a build used; an interrupted save leaves the old file."""
        keys = sorted(used & self.known.keys())
        fresh = self.path.with_suffix(".new.npz")
        np.savez(fresh, keys=np.array(keys), vectors=np.array([self.known[key] for key in keys], dtype=np.float32))
        fresh.replace(self.path)


class CachedEmbedding(BaseEmbedding):
    """LlamaIndex's view of our embedding model: asks the cache first and counts what it has done."""

    _many: Callable[[Sequence[str]], Vector] = PrivateAttr()
    _cache: VectorCache = PrivateAttr()
    _progress: Progress = PrivateAttr()
    _used: set[str] = PrivateAttr(default_factory=set)

    def __init__(self, many: Callable[[Sequence[str]], Vector], cache: VectorCache, progress: Progress) -> None:
        super().__init__(model_name="citewell", embed_batch_size=256)
        self._many, self._cache, self._progress = many, cache, progress

    @property
    def used(self) -> set[str]:
        """Keys of every text embedded so far."""
        return self._used

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._cache.many(texts, self._many).tolist()
        self._used.update(map(VectorCache.key, texts))
        self._progress(len(texts))
        return found

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
