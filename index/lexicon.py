"""Patients' words: forgives spelling, and adds the content's terms to lay words and brand names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus.library import Library
from index.embed import model_folder

WORD = re.compile(r"[A-Za-z][A-Za-z0-9'’-]*")
SHORTEST = 5
"""Letters of the shortest word whose spelling is corrected."""
NEAREST = 0.8
"""Least similarity (1 - edits / letters) of a correction to what was typed."""
OFTEN = 8
"""How often a word has to stand in the anticipated questions for an unknown word one slip away to be taken for it."""


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """The words that MiniLM's tokenizer knows in one piece, about 20,000."""
    vocabulary = (model_folder("") / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(word for word in vocabulary if word.isalpha() and word.isascii())


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """About 170,000 words that are spelt as they should be: those of pyspellchecker's dictionary and of the tokenizer."""
    from spellchecker import SpellChecker

    return common_words() | frozenset(SpellChecker(language="en").word_frequency.keys())


def opening(word: str) -> str:
    """The letter that a word begins with; British `oe` counts as `e`. Slips of the hand seldom change it."""
    return word[1] if word.startswith("oe") else word[0]


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word stands in some texts, in lower case."""
    return Counter(word.lower() for text in texts for word in WORD.findall(text))


def by_opening(words: Iterable[str]) -> dict[str, list[str]]:
    """Words by the letter that they begin with, in the order given."""
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(opening(word), []).append(word)
    return found


CLASS = "aromatase inhibitor"
ANY = "the medicine"
"""What stands for every name of an aromatase inhibitor in the texts that are embedded."""
MEMBERS = ("anastrozole", "letrozole", "exemestane")


class Lexicon:
    """The words of one library; frozen once made, shared by all threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._common = common_words()
        self.correct_word = lru_cache(maxsize=4_096)(self._correct_word)
        self.prepare = lru_cache(maxsize=1_024)(self._prepare)

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each word stands in the passages and the glossary, in lower case."""
        texts = [passage.text for passage in self._library.passages.values()]
        texts += [f"{term.term} {' '.join(term.patient_says)}" for term in self._library.glossary]
        return count_words(texts)

    @cached_property
    def _targets(self) -> dict[str, list[str]]:
        """What a misspelt word may stand for, by first letter."""
        counted = sorted(self.counts.items())
        return by_opening(word for word, count in counted if len(word) >= SHORTEST and (count > 1 or word not in self._common))

    @cached_property
    def _asked(self) -> Counter[str]:
        """How often each word stands in the anticipated questions, in lower case."""
        return count_words(question.text for question in self._library.questions)

    @cached_property
    def _ordinary(self) -> dict[str, list[str]]:
        """The ordinary words that people use here, by first letter, the commonest first; short forms count however rare."""
        short = ("n't", "'re", "'ve", "'ll")
        counted = sorted(self._asked.items(), key=lambda pair: (-pair[1], pair[0]))
        often = (word for word, count in counted if count >= OFTEN or word.endswith(short))
        return by_opening(word for word in often if len(word) >= SHORTEST - 1 and word in english_words())

    @cached_property
    def _terms(self) -> list[tuple[re.Pattern[str], str]]:
        found = []
        for term in self._library.glossary:
            words = sorted({term.term, *term.patient_says}, key=len, reverse=True)
            # "AI" and "T" are terms only in capitals; other words in any case.
            short = [re.escape(word) for word in words if len(word) <= 3]
            long = [re.escape(word).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?") for word in words if len(word) > 3]
            parts = ([f"(?i:{'|'.join(long)})"] if long else []) + short
            found.append((re.compile(rf"\b(?:{'|'.join(parts)})(?:s|es)?\b"), term.term))
        return found

    def stands_in_content(self, word: str) -> bool:
        """Whether a word, in lower case, stands in a passage or the glossary; its plural counts too."""
        return any(form in self.counts for form in (word, f"{word}s", word.removesuffix("s")))

    def knows(self, word: str) -> bool:
        """Whether a word is English or stands in the content."""
        word = word.lower().replace("’", "'")
        return word in english_words() or word in self.counts or word.removesuffix("'s") in self.counts

    def is_common(self, word: str) -> bool:
        """Whether a word in small letters is one that the language model's tokenizer has in one piece."""
        return word in self._common

    def _correct_word(self, word: str) -> str:
        if len(word) < SHORTEST or self.knows(word):
            return word
        nearest = self._targets.get(opening(word.lower()), ())
        found = process.extractOne(word.lower(), nearest, scorer=OSA.normalized_similarity, score_cutoff=NEAREST)
        return found[0] if found else self._slip(word)

    def _slip(self, word: str) -> str:
        """An unknown word, or the ordinary word that is one slip of the hand away; a name is written large and stays."""
        if not (word.islower() or word.isupper()) or self._asked[word.lower()] > 1:
            return word
        small = word.lower()
        found = process.extract(small, self._ordinary.get(opening(small), ()), scorer=OSA.distance, score_cutoff=1, limit=None)
        near = [each for each, _, _ in found]
        return next((each for each in near if each.replace("'", "") == small), near[0] if near else word)

    def correct(self, text: str) -> str:
        """The text with misspelt words replaced by the content's nearest word, if one is near enough."""
        return WORD.sub(lambda match: self.correct_word(match[0]), text)

    def terms(self, text: str) -> list[str]:
        """The glossary terms that a text speaks of, in any of the patients' words."""
        return [term for pattern, term in self._terms if pattern.search(text)]

    def _prepare(self, text: str) -> str:
        """The text as it is embedded: spelling forgiven, lay words explained, names of the medicines made one."""
        return self.canonical(self.explain(self.correct(text)))

    def explain(self, text: str) -> str:
        """The text with the content's terms for its lay words behind it; names of aromatase inhibitors need none."""
        known = text.lower()
        missing = [term for term in self.terms(text) if term not in (CLASS, *MEMBERS) and term.lower() not in known]
        return f"{text} ({', '.join(missing)})" if missing else text

    @cached_property
    def _members(self) -> re.Pattern[str]:
        words = [
            word for term in self._library.glossary if term.term in (CLASS, *MEMBERS) for word in (term.term, *term.patient_says)
        ]
        long = "|".join(
            re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(words, key=len, reverse=True) if len(word) > 3
        )
        return re.compile(rf"\b(?:(?i:(?:an?|the|my|your|our|her|his|this|that)\s+)?(?:(?i:{long})|AIs?))\b")

    def canonical(self, text: str) -> str:
        """The text with every name of an aromatase inhibitor replaced by `ANY`.

        The three medicines share their passages, and nearly every passage names them, so a name would only drown what is asked.
        """
        return self._members.sub(ANY, text)
