"""Slips of the hand, as people make them on a phone, and spelling by ear: what is learned from is sometimes read with some."""

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
SPOKEN = re.compile(r"[a-z]{3,}", re.IGNORECASE)
PUNCTUATION = re.compile(r"[.,;:!?'\"()]+(?=\s|$)")
ONE_IN = 12
"""One slip for so many words, and at least one."""
BARE = 0.3
"""Share of texts that lose their punctuation as well."""
HEARD = 0.3
"""Share of texts that are spelt by ear instead."""
EACH_HEARD = 0.6
"""Share of the words of such a text that are."""
SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), heard)
    for pattern, heard in (
        ("ph", "f"), ("ough", "uff"), ("ight", "ite"), ("igh", "y"), ("ould", "ud"), ("wh", "w"), (r"\bkn", "n"), (r"\bwr", "r"),
        ("ck", "k"), ("ea", "ee"), ("oa", "o"), ("oa", "oe"), ("ou", "ow"), ("ou", "u"), ("oo", "u"), ("ai", "ay"), ("ie", "ee"),
        ("[ts]ion", "shun"), ("cise", "size"), ("c(?=[eiy])", "s"), ("c(?![eiyhk])", "k"), ("qu", "kw"), ("x", "ks"),
        (r"(?<=[^aeiou])y\b", "ie"), (r"(?<=[a-z]{2})e\b", ""), (r"([bdfglmnprst])\1", r"\1"), (r"ing\b", "in"), (r"er\b", "a"),
        (r"or\b", "er"), (r"mb\b", "m"), ("dge", "j"), ("g(?=[ei])", "j"), ("au", "o"), ("ei", "ay"), (r"s\b", "z"),
        (r"ey\b", "ay"), ("ae|oe", "e"), ("eo", "ee"), ("sc", "sk"), ("tch", "ch"), (r"le\b", "el"),
        ("(?<=[a-z])y(?=[a-z])", "i"),
    )
)  # fmt: skip
"""Letters as they are written, and as they may be by somebody who writes what they hear."""


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


def by_ear(text: str, dice: random.Random) -> str:
    """A text with many of its words spelt as they sound."""

    def heard(found: re.Match[str]) -> str:
        fitting = [each for each in SOUNDS if each[0].search(found[0])] if dice.random() < EACH_HEARD else []
        word = found[0]
        for pattern, sound in dice.sample(fitting, min(len(fitting), dice.choice((1, 1, 2)))):
            word = pattern.sub(sound, word, count=1)
        return word

    return SPOKEN.sub(heard, text)


def mistyped(text: str) -> str:
    """A text with some slips, the same ones each time; the text itself where no word is long enough."""
    dice = random.Random(text)
    if dice.random() < HEARD:
        return by_ear(text, dice)
    words = list(WORD.finditer(text))
    chosen = dice.sample(words, min(len(words), max(1, len(text.split()) // ONE_IN)))
    for found in sorted(chosen, key=lambda each: each.start(), reverse=True):
        word = found[0]
        text = text[: found.start()] + dice.choice(SLIPS)(word, dice.randrange(len(word) - 1), dice) + text[found.end() :]
    return PUNCTUATION.sub("", text) if dice.random() < BARE else text
