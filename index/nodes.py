"""The only border between our passages and LlamaIndex's nodes.

A node's id says what it stands for (`kind`, passage, number), so that nothing else has to be read back from a store: the
text of an answer always comes from the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from llama_index.core.schema import TextNode

from corpus.library import Library
from corpus.page import Passage
from index.lexicon import Lexicon

Kind = Literal["passage", "sentence", "question"]
KINDS: tuple[Kind, ...] = ("passage", "sentence", "question")
ASKED: Kind = "question"
"""The kind that Chroma is asked for at question time. There are far fewer sentences and passages, and the ranking needs the
nearness of every one, so those are compared in memory."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a stored vector stands for: the n-th text of a kind that belongs to a passage."""

    kind: Kind
    passage: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}|{self.passage}|{self.number:03d}"


def to_key(node_id: str) -> Key:
    """The key that a node id was made from."""
    kind, passage, number = node_id.split("|")
    match kind:
        case "passage" | "sentence" | "question":
            return Key(kind, passage, int(number))
        case _:
            raise ValueError(f"not a node id of ours: {node_id!r}")


def to_node(key: Key, text: str) -> TextNode:
    """A node that carries one text to embed."""
    return TextNode(id_=str(key), text=text)


def passage_text(passage: Passage) -> str:
    """What is embedded for a whole passage."""
    return f"{passage.title}. {passage.heading}. {passage.text}"


def keyword_text(library: Library, passage: Passage) -> str:
    """What the keyword search reads of a passage: its text and the questions that it answers."""
    questions = " ".join(question.text for question in library.questions_of(passage.id))
    return f"{passage.title}. {passage.heading}. {passage.text} {questions}"


def texts(library: Library, kind: Kind) -> Iterator[tuple[Key, str]]:
    """Every text of one kind that is embedded, in reading order."""
    lexicon = Lexicon(library)
    for passage in library.passages.values():
        match kind:
            case "passage":
                yield Key(kind, passage.id, 0), lexicon.canonical(passage_text(passage))
            case "sentence":
                for number, sentence in enumerate(passage.sentences):
                    yield Key(kind, passage.id, number), lexicon.canonical(sentence)
            case "question":
                for number, question in enumerate(library.questions_of(passage.id)):
                    yield Key(kind, passage.id, number), lexicon.canonical(question.text)


def nodes(library: Library, kind: Kind) -> list[TextNode]:
    """The nodes of one kind."""
    return [to_node(key, text) for key, text in texts(library, kind)]


def keyword_nodes(library: Library) -> list[TextNode]:
    """The nodes that the keyword search reads, one a passage."""
    return [to_node(Key("passage", passage.id, 0), keyword_text(library, passage)) for passage in library.passages.values()]
