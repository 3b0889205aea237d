"""LlamaIndex's own CitationQueryEngine on our passages and embedding, to be timed beside our answer; it answers nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from llama_index.core import VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.llms.mock import MockLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.vector_stores.chroma import ChromaVectorStore

from corpus.library import Library
from index.build import vector_cache
from index.embed import Vector, checked_hash
from index.nodes import nodes
from index.settings import IndexSettings
from index.vectors import EXACT, CachedEmbedding, VectorCache, open_client

TOP = 3
"""Passages that it retrieves, as in LlamaIndex's own example of it; our search reads far more."""
TOKENS = 120
"""Words of the mock model's reply, about as many as ours; they cost it no time, so a real model's time comes on top."""


def open_citation_engine(
    library: Library, settings: IndexSettings, many: Callable[[Sequence[str]], Vector], folder: Path
) -> Callable[[str], tuple[str, ...]]:
    """Store every passage in a folder, and return what answers a question with the sources that the engine cites from."""
    known = vector_cache(settings, checked_hash(settings.model))
    collection = open_client(folder).create_collection("passages", configuration=EXACT)
    store = ChromaVectorStore.from_collection(collection)
    IngestionPipeline(
        transformations=[CachedEmbedding(many, known, lambda count: None)], vector_store=store, disable_cache=True
    ).run(nodes=nodes(library, "passage"))
    # Questions get a memory of their own: one that stands among the anticipated questions must be embedded like any other.
    asking = CachedEmbedding(many, VectorCache(folder / "none.npz"), lambda count: None)
    index = VectorStoreIndex.from_vector_store(store, embed_model=asking)
    engine = CitationQueryEngine.from_args(index, llm=MockLLM(max_tokens=TOKENS), similarity_top_k=TOP)

    def ask(question: str) -> tuple[str, ...]:
        return tuple(source.node.get_content() for source in engine.query(question).source_nodes)

    return ask
