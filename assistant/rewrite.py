"""Makes a follow-up stand alone, forgives its spelling, and finds out whom it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.screen.courtesy import without_courtesy
from assistant.types import Question, Verdict
from assistant.words import content_words
from corpus.page import Population
from index.lexicon import Lexicon
from index.search import Query

POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|these|those|they|them|their|he|she|him|her|one|ones|there|same|other|others|else|either|both)\b"
    r"|\b(?:too|as well)\W*$",
    re.IGNORECASE,
)
CONTINUES = re.compile(
    r"^\s*(?:and|but|so|or|then|ok|okay|also|what about|how about|what if|why|how so|how come|"
    r"really|tell me more|more|which|who|where|when|is there)\b",
    re.IGNORECASE,
)
MEN = re.compile(
    r"\b(?:trt|testosterone|man|men|males?|guys?|blokes?|chaps?|gents?|gentlemen|"
    r"husband|boyfriend|my dad|father|brother|son|prostate|bodybuild\w*|"
    r"low t|t therapy|on t)\b",
    re.IGNORECASE,
)
WOMEN = re.compile(
    r"\b(?:breast|women|woman|female|lump|menopaus\w*|mastectomy|ovar\w*|periods?|wife|mum|mom|mother|sister|aunt|daughter)\b",
    re.IGNORECASE,
)
SOURCE = re.compile(
    r"\b(?:stud(?:y|ies)|papers?|trials?|references?|sources?|cit(?:e|es|ed|ation)|articles?|journals?|reviews?|guidelines?|authors?|wrote|published|"
    r"publication|researchers?|literature|evidence for|meta-analys[ie]s)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.?!])\s+")
STANDS_ALONE = 9
"""Words from which a message is taken to stand alone unless it points back."""
NAMES_ENOUGH = 2
"""Words of the content that let a shorter one stand alone; chosen on fold 0 and 1 of the follow-ups and on changes of subject."""
CHAIN = 5
"""Messages back at which the one is looked for that the others lean on."""
LONG = 45
"""Words from which a message is also searched by the sentences that ask."""
MOST_TEXTS = 6


def wordings(question: Question, text: str, knows: Callable[[str], bool]) -> tuple[str, ...]:
    """What to search for, the likeliest reading first: alone, after the messages it leans on, and the asking parts of a long one.

    `knows` says whether a word stands in the content.
    """
    if not question.earlier:
        return within_limit([text, *parts(text)])
    before = question.earlier[-1]
    lead = len(question.earlier) - 1
    while lead > max(0, len(question.earlier) - CHAIN) and depends(question.earlier[lead], knows):
        lead -= 1
    if lead < len(question.earlier) - 1:
        before = f"{question.earlier[lead]} {before}"
    joined = f"{before} {text}"
    if depends(text, knows):
        return (joined,)
    # It may have changed the subject, so it is first of all read alone.
    return within_limit([text, joined, *parts(text)])


def depends(text: str, knows: Callable[[str], bool]) -> bool:
    """Whether a message needs the one before it to be understood: it is short, and points back or names too little itself."""
    if POINTS_BACK.search(text) or CONTINUES.search(text):
        return True
    return len(text.split()) < STANDS_ALONE and sum(map(knows, content_words(text))) < NAMES_ENOUGH


def parts(text: str) -> list[str]:
    """The asking parts of a long message."""
    return asking(text) if len(text.split()) >= LONG else []


def within_limit(texts: Sequence[str]) -> tuple[str, ...]:
    """Each wording once, and not too many."""
    return tuple(dict.fromkeys(texts))[:MOST_TEXTS]


def asking(text: str) -> list[str]:
    """The sentences of a long message that ask, each with the sentence before it, and its last two sentences."""
    sentences = [part for part in SENTENCE.split(text) if part.strip()]
    asked = [number for number, part in enumerate(sentences) if part.rstrip().endswith("?")]
    pairs = [" ".join(sentences[max(0, number - 1) : number + 1]) for number in (*reversed(asked), len(sentences) - 1)]
    return list(dict.fromkeys((*pairs, *(sentences[number] for number in reversed(asked)))))


def population(question: Question) -> Population:
    """Whose answer is asked for: the latest message that shows it decides, else people treated for breast cancer."""
    for text in (question.text, *reversed(question.earlier)):
        if MEN.search(text):
            return Population.BOTH if WOMEN.search(text) else Population.MEN
        if WOMEN.search(text):
            return Population.BREAST_CANCER
    return Population.BREAST_CANCER


class Rewriter:
    """Turns a question into a query; frozen once made."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def __call__(self, question: Question, verdict: Verdict) -> Query:
        """The query of a question, or of the harmless part of it that the screen left."""
        asked = without_courtesy(verdict.remainder or question.text)
        said = wordings(question, asked, self.lexicon.stands_in_content)
        query = self._query(said, question, asked)
        leans = bool(question.earlier) and said[0] != asked
        return replace(query, alone=self._query((asked,), question, asked)) if leans else query

    def _query(self, said: Sequence[str], question: Question, asked: str) -> Query:
        corrected = self.lexicon.correct(said[0])
        return Query(
            texts=tuple(self.lexicon.prepare(text) for text in said),
            keywords=" ".join((corrected, *self.lexicon.terms(corrected))),
            level=question.level,
            population=population(question),
            wants_source=bool(SOURCE.search(asked)),
        )
