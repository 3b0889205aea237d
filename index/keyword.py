"""Keyword search: BM25 over each passage with the questions that it answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle
from llama_index.retrievers.bm25 import BM25Retriever

# The retriever warns when it holds fewer nodes than asked for, which is no problem here.
logging.getLogger("llama_index.retrievers.bm25").setLevel(logging.ERROR)


class KeywordRetriever(BM25Retriever):
    """BM25 that returns only passages sharing a word with the query."""

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [node for node in super()._retrieve(query_bundle) if node.score]


def build_keywords(nodes: Sequence[BaseNode], folder: Path) -> None:
    """Write the keyword index of some nodes to a folder."""
    KeywordRetriever(nodes=list(nodes), similarity_top_k=len(nodes)).persist(str(folder), show_progress=False)


def open_keywords(folder: Path, candidates: int) -> BM25Retriever:
    """The keyword index of a folder, returning at most `candidates` passages."""
    retriever = KeywordRetriever.from_persist_dir(str(folder))
    retriever.similarity_top_k = min(candidates, retriever.similarity_top_k)
    return retriever
