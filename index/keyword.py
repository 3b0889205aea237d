"""Keyword search: BM25 over each passage with the questions that it answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import bm25s
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from llama_index.retrievers.bm25 import BM25Retriever

# The retriever warns when it holds fewer nodes than asked for, which is no problem here.
logging.getLogger("llama_index.retrievers.bm25").setLevel(logging.ERROR)


class KeywordRetriever(BM25Retriever):
    """BM25 that returns only passages sharing a word with the query, by their ids.

    Everything else about a hit is in the library, so making whole nodes of what is stored would only cost time.
    """

    @cached_property
    def _ids(self) -> list[str]:
        """The id of each stored passage, by its row."""
        return [entry["node_id"] for entry in self.corpus or ()]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        words = bm25s.tokenize(
            query_bundle.query_str, stemmer=self.stemmer, token_pattern=self.token_pattern, show_progress=False
        )
        ids, scores = self.bm25.retrieve(words, corpus=self._ids, k=self.similarity_top_k, show_progress=False)
        return [
            NodeWithScore(node=TextNode(id_=name, text=""), score=score)
            for name, score in zip(ids[0].tolist(), scores[0].tolist(), strict=True)
            if score
        ]


def build_keywords(nodes: Sequence[BaseNode], folder: Path) -> None:
    """Write the keyword index of some nodes to a folder."""
    KeywordRetriever(nodes=list(nodes), similarity_top_k=len(nodes)).persist(str(folder), show_progress=False)


def open_keywords(folder: Path, candidates: int) -> BM25Retriever:
    """The keyword index of a folder, returning at most `candidates` passages."""
    retriever = KeywordRetriever.from_persist_dir(str(folder))
    retriever.similarity_top_k = min(candidates, retriever.similarity_top_k)
    return retriever
