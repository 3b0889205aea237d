"""How the vector store of a far larger library would do: passages by seeded perturbation of the real ones, our own settings."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from chromadb.api.client import Client
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from tqdm import tqdm

from corpus.library import Library
from index.build import vector_cache
from index.embed import Vector, checked_hash
from index.nodes import texts
from index.settings import IndexSettings
from index.vectors import EXACT, CachedEmbedding, KeyedChromaStore, VectorCache, open_client

SEED = 20261125
NOISE = 0.56
"""Length of what is added to a unit vector; two made from one then have a cosine of 0.76, the median of a real passage and its
nearest."""
BATCH = 1_000
"""Nodes made and stored at a time, so that memory does not grow with the number of passages."""
TOLERANCE = 1e-5
"""By how much a found passage's cosine may fall short and still count as found, because Chroma sums in another order."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """What a store of one size took."""

    passages: int
    built: float
    """Seconds until everything was stored; embedding is not in it."""
    queries: tuple[float, ...]
    """Milliseconds of each query; embedding is not in it."""
    recall: float
    """Share of the truly nearest passages that were found, from 0 to 1."""
    megabytes: float
    """Size of the store on disk."""


def grow(real: Vector, count: int, seed: int = SEED) -> Vector:
    """So many unit vectors: the real ones, and then perturbations of them in turn, shape (count, dimension).

    What is added goes in the directions in which real passages differ, each as often as they do: noise in every direction
    alike is no text's, and makes a search miss far more of the nearest than it would among real passages.
    """
    random, differences = np.random.default_rng(seed), real - real.mean(axis=0)
    made = [real]
    for _ in range(-(-count // len(real)) - 1):
        added = random.standard_normal((len(real), len(real)), dtype=np.float32) @ differences
        made.append(real + np.float32(NOISE) * added / np.linalg.norm(added, axis=1, keepdims=True))
    grown = np.concatenate(made)[:count]
    unit: Vector = (grown / np.linalg.norm(grown, axis=1, keepdims=True)).astype(np.float32)
    return unit


def measure_scale(
    library: Library,
    settings: IndexSettings,
    many: Callable[[Sequence[str]], Vector],
    sizes: Sequence[int],
    queries: int,
    progress: bool = True,
) -> Iterator[Scaled]:
    """Stores of several sizes, each built in a temporary folder and asked with real anticipated questions."""
    cache = vector_cache(settings, checked_hash(settings.model))
    passages = [text for _, text in texts(library, "passage")]
    asked = [text for _, text in texts(library, "question")]
    real = cache.many(passages, many)
    wanted = cache.many(asked[:: max(1, len(asked) // queries)][:queries], many)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            yield measure_size(grow(real, size), passages, wanted, settings.candidates, Path(folder), progress)


def measure_size(
    vectors: Vector, passages: Sequence[str], queries: Vector, candidates: int, folder: Path, progress: bool = True
) -> Scaled:
    """One store: built from vectors, each with the text of a passage, then asked each query once."""
    client = open_client(folder)
    store = KeyedChromaStore.from_collection(client.create_collection("passages", configuration=EXACT))
    started = time.perf_counter()
    with tqdm(total=len(vectors), desc="Storing vectors", unit="passage", disable=not progress) as bar:
        for first in range(0, len(vectors), BATCH):
            rows = range(first, min(first + BATCH, len(vectors)))
            store.add(
                [TextNode(id_=str(row), text=passages[row % len(passages)], embedding=vectors[row].tolist()) for row in rows]
            )
            bar.update(len(rows))
    built = time.perf_counter() - started
    spent, recalls = ask_all(store, vectors, queries, candidates)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if isinstance(client, Client):
        client.close()  # else the store stays in memory, beside the next one
    return Scaled(len(vectors), built, tuple(spent), float(np.mean(recalls)), size / 1e6)


def ask_all(store: ChromaVectorStore, vectors: Vector, queries: Vector, candidates: int) -> tuple[list[float], list[float]]:
    """Milliseconds and recall of each query, through the same retriever that answers questions."""

    def unused(texts: object) -> Vector:
        raise AssertionError("the query's vector is given; nothing is embedded")

    embedding = CachedEmbedding(unused, VectorCache(Path("none.npz")), lambda count: None)
    retriever = VectorStoreIndex.from_vector_store(store, embed_model=embedding).as_retriever(similarity_top_k=candidates)
    bundles = [QueryBundle("a question", embedding=query.tolist()) for query in queries]
    retriever.retrieve(bundles[0])  # the first query loads the store
    spent: list[float] = []
    recalls: list[float] = []
    for query, bundle in zip(queries, bundles, strict=True):
        started = time.perf_counter()
        found = retriever.retrieve(bundle)
        spent.append((time.perf_counter() - started) * 1_000)
        recalls.append(recall([int(node.node_id) for node in found], vectors @ query, candidates))
    return spent, recalls


def recall(found: Sequence[int], cosines: Vector, candidates: int) -> float:
    """The share of the nearest passages that were found; passages that are equally near stand for one another."""
    count = min(candidates, len(cosines))
    least = np.partition(cosines, -count)[-count]
    return sum(bool(cosines[row] >= least - TOLERANCE) for row in set(found)) / count
