"""Which anticipated questions are fit to be shown as suggestions: short, plain, even in tone, spelt as they should be."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from corpus.library import Library
from index.lexicon import WORD

LEAST, MOST = 4, 13
"""Words of a question that is shown."""
PLAIN = re.compile(r"[A-Z][^.?!;:()\"]*\?")
ASKS = re.compile(
    r"(?:What|Which|Who|Whose|Why|How|When|Where|Is|Are|Was|Were|Does|Do|Did|Can|Could|Will|Would|Should|Has|Have|May|Must) "
)
"""How a question begins that is asked straight out."""
SLANTED = re.compile(
    r"\b(?:just|surely|really|actually|honestly|even|supposedly|so-called|anyway|bother|fuss|blame\w*|fault|stupid|silly|daft|"
    r"quack\w*|rubbish|nonsense|hype\w*|scam|bogus|bunk|fake|con|myth|miracle|magic\w*|crazy|mad|insane|awful|horr\w+|terrible|ruin\w*|"
    r"wreck\w*|poison\w*|kill\w*|die|dying|deadly|doom\w*|guinea|boffins?|folks?|stuff|gonna|ain't|lot|bloke\w*|mate|darn|damn\w*|"
    r"heck|hell|earth|my (?:husband|wife|partner|friend|neighbou?r|sister|mum|mom|mother|dad|father|son|daughter|cousin|"
    r"aunt|boss|trainer|gym))\b"
    r"|, (?:right|correct|yes|no|or not|or what|\w+n't \w+|(?:is|are|do|does|has|have) (?:it|they|that|you))\?$",
    re.IGNORECASE,
)
"""Words that lead, mock or alarm, or that speak of somebody's own life: true to their writer, out of place as our suggestion."""


UNSUITED = Path(__file__).parent / "examples" / "unsuited.txt"
"""Questions that the whole assistant does not answer, one a line; made by `python -m assistant suggestions`."""


def read_unsuited() -> frozenset[str]:
    """The questions of that file."""
    return frozenset(UNSUITED.read_text(encoding="utf-8").splitlines())


class Suggestions:
    """The questions of one library that may be shown; frozen once made, shared by all threads."""

    def __init__(self, library: Library, knows: Callable[[str], bool], unsuited: frozenset[str] | None = None) -> None:
        left_out = read_unsuited() if unsuited is None else unsuited
        shown = {
            question.text
            for question in library.questions
            if question.text not in left_out and presentable(question.text) and well_spelt(question.text, knows)
        }
        self._shown = frozenset(shown)
        self._first: dict[str, str] = {}
        for question in library.questions:
            if question.text in shown:
                self._first.setdefault(question.passage, question.text)

    @property
    def all(self) -> frozenset[str]:
        """Every question that may be shown."""
        return self._shown

    def __call__(self, passage: str, near: str = "") -> str:
        """A question that a passage answers: `near` if it may be shown, else the first that may; empty if there is none."""
        return near if near in self._shown else self._first.get(passage, "")


def presentable(text: str) -> bool:
    """Whether a text is one short question and nothing else, asked without a slant."""
    short = LEAST <= len(text.split()) <= MOST and PLAIN.fullmatch(text) is not None
    return short and ASKS.match(text) is not None and not SLANTED.search(text)


def well_spelt(text: str, knows: Callable[[str], bool]) -> bool:
    """Whether every word is English or stands in the content."""
    return all(knows(word) for word in WORD.findall(text))
