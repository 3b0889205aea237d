"""Which anticipated questions are fit to be shown as suggestions: short, plain, spelt as they should be."""

from __future__ import annotations

import re
from collections.abc import Callable

from corpus.library import Library
from index.lexicon import WORD

LEAST, MOST = 4, 13
"""Words of a question that is shown."""
PLAIN = re.compile(r"[A-Z][^.?!;:()\"]*\?")


class Suggestions:
    """The questions of one library that may be shown; frozen once made, shared by all threads."""

    def __init__(self, library: Library, knows: Callable[[str], bool]) -> None:
        shown = {
            question.text for question in library.questions if presentable(question.text) and well_spelt(question.text, knows)
        }
        self._shown = frozenset(shown)
        self._first: dict[str, str] = {}
        for question in library.questions:
            if question.text in shown:
                self._first.setdefault(question.passage, question.text)

    def __call__(self, passage: str, near: str = "") -> str:
        """A question that a passage answers: `near` if it may be shown, else the first that may; empty if there is none."""
        return near if near in self._shown else self._first.get(passage, "")


def presentable(text: str) -> bool:
    """Whether a text is one short question and nothing else."""
    return LEAST <= len(text.split()) <= MOST and PLAIN.fullmatch(text) is not None


def well_spelt(text: str, knows: Callable[[str], bool]) -> bool:
    """Whether every word is English or stands in the content."""
    return all(knows(word) for word in WORD.findall(text))
