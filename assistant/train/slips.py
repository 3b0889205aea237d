"""Slips of the hand, as people make them on a phone: what is learned from is sometimes read with some."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE: Mapping[str, str] = {
    letter: "".join(row[max(0, at - 1) : at] + row[at + 1 : at + 2]) for row in ROWS for at, letter in enumerate(row)
}
"""The keys left and right of each key."""
WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)
PUNCTUATION = re.compile(r"[.,;:!?'\"()]+(?=\s|$)")
ONE_IN = 12
"""One slip for so many words, and at least one."""
BARE = 0.3
"""Share of texts that lose their punctuation as well."""


def swap(word: str, at: int, dice: random.Random) -> str:
    """Two letters change places."""
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def drop(word: str, at: int, dice: random.Random) -> str:
    """A letter is left out."""
    return word[:at] + word[at + 1 :]


def double(word: str, at: int, dice: random.Random) -> str:
    """A letter is typed twice."""
    return word[: at + 1] + word[at:]


def miss(word: str, at: int, dice: random.Random) -> str:
    """A key beside the right one is hit."""
    return word[:at] + dice.choice(BESIDE.get(word[at].lower(), word[at])) + word[at + 1 :]


SLIPS: tuple[Callable[[str, int, random.Random], str], ...] = (swap, drop, double, miss)


def mistyped(text: str) -> str:
    """A text with some slips, the same ones each time; the text itself where no word is long enough."""
    dice = random.Random(text)
    words = list(WORD.finditer(text))
    chosen = dice.sample(words, min(len(words), max(1, len(text.split()) // ONE_IN)))
    for found in sorted(chosen, key=lambda each: each.start(), reverse=True):
        word = found[0]
        text = text[: found.start()] + dice.choice(SLIPS)(word, dice.randrange(len(word) - 1), dice) + text[found.end() :]
    return PUNCTUATION.sub("", text) if dice.random() < BARE else text
