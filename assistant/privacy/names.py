"""Names of people: by lists of names, by titles, by words for relations, by the way people introduce themselves and sign."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.privacy.patterns import Span

FILE = Path(__file__).parent / "names.txt"
MARKS = Path(__file__).parent / "marks.yaml"
WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*")
LETTERS = str.maketrans({"’": "'", "ł": "l", "Ł": "L", "đ": "d", "ı": "i"})
"""Letters that have no accent to be taken off."""
LONGEST = 4
"""Words of a name."""


class Marks(BaseModel):
    """Words beside which names stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titles: frozenset[str]
    sure_titles: frozenset[str]
    relatives: frozenset[str]
    people: frozenset[str]
    particles: frozenset[str]
    introductions: tuple[str, ...]
    greetings: tuple[str, ...]
    selves: tuple[str, ...]
    closings: tuple[str, ...]
    diseases: tuple[str, ...]


@lru_cache(maxsize=1)
def read_marks() -> Marks:
    """The words of the file `marks.yaml`."""
    return Marks.model_validate(yaml.safe_load(MARKS.read_text(encoding="utf-8")))


def fold(word: str) -> str:
    """A word in small letters without accents, as the list has it."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.translate(LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


@lru_cache(maxsize=1)
def read_names() -> dict[str, str]:
    """Names with their marks: `g` given, `f` family, `w` also an ordinary word."""
    rows = (line.split() for line in FILE.read_text(encoding="utf-8").splitlines())
    return {name: marks for name, marks in rows}


class Names:
    """Finds names; `ordinary` says of a word whether it is English, `known` are words of the content, which are never names."""

    def __init__(self, known: Collection[str], ordinary: Callable[[str], bool]) -> None:
        self._known = frozenset(fold(word) for word in known)
        self._ordinary = ordinary
        self._names = read_names()
        self._marked = marks = read_marks()
        self._introduced = re.compile(rf"\b(?:{'|'.join(marks.introductions)})[\s:,]+", re.IGNORECASE)
        self._greeted = re.compile(rf"\b(?:{'|'.join(marks.greetings)})[\s,]+(?=\S)", re.IGNORECASE)
        self._self = re.compile(rf"\b(?:{'|'.join(marks.selves)})[\s,]+(?=\S)", re.IGNORECASE)
        closings = "|".join(marks.closings)
        self._closing = re.compile(
            rf"(?:\b(?:{closings})\b[\s,.!\-–—]*|[-–—~]\s*)((?:[^\W\d_]|['’.\- ]){{2,40}})\W*$", re.IGNORECASE
        )
        self._disease = re.compile(rf"\s*(?:['’]s|s['’])?\s*(?:{'|'.join(marks.diseases)})\b", re.IGNORECASE)

    def find(self, text: str) -> Iterator[Span]:
        """The names of a text; spans may overlap."""
        words = list(WORD.finditer(text))
        shouted = sum(word[0].isupper() for word in words) > 0.6 * len(words) if len(words) > 3 else False
        yield from self._after_marks(text, words, shouted)
        for number, word in enumerate(words):
            if not self._stands_for_itself(text, words, number, shouted):
                continue
            end = self._extend(text, words, number, shouted)
            if not self._disease.match(text, end):
                yield Span(word.start(), end, "name")

    def _marks(self, word: str) -> str:
        parts = [part for part in re.split(r"['’]s$", fold(word)) if part]
        whole = parts[0] if parts else ""
        if whole in self._known:
            return ""
        found = self._names.get(whole, "")
        if not found and "-" in whole:
            marks = [self._names.get(part, "") for part in whole.split("-") if part not in self._known]
            found = "".join(marks) if any(marks) and len(marks) == whole.count("-") + 1 else ""
        return found

    def _strange(self, word: str) -> bool:
        """Whether a word is neither English nor known: after a title or an introduction it can only be a name."""
        whole = re.sub(r"['’]s$", "", fold(word))
        return len(whole) > 1 and whole not in self._known and not self._ordinary(whole)

    def _fits(self, word: str, shouted: bool, sure: bool) -> bool:
        """Whether a word may be (part of) a name in a place where names stand; `sure` when little else can stand there."""
        if fold(word) in self._known:
            return False
        marks, strange = self._marks(word), sure and self._strange(word)
        if word[:1].isupper() and not shouted:
            return bool(marks) or strange or (sure and not word.isupper() and not self._ordinary(fold(word)))
        return bool(marks and "w" not in marks) or strange

    def _after_marks(self, text: str, words: list[re.Match[str]], shouted: bool) -> Iterator[Span]:
        starts = {word.start(): number for number, word in enumerate(words)}
        for number, (word, following) in enumerate(itertools.pairwise(words)):
            said, gap = fold(word[0]), text[word.end() : following.start()]
            if said in self._marked.titles and re.fullmatch(r"\.?\s{1,2}", gap):
                sure = said in self._marked.sure_titles or word[0][0].isupper()
            elif (said in self._marked.people or said in self._marked.relatives) and re.fullmatch(
                r"(?:['’]s)?[,:]?\s{1,2}\(?", gap
            ):
                sure = said in self._marked.relatives and following[0][0].isupper() and not shouted
            else:
                continue
            if self._fits(following[0], shouted, sure):
                yield Span(following.start(), self._extend(text, words, number + 1, shouted, sure), "name")
        for rule, always in ((self._introduced, True), (self._greeted, None), (self._self, False)):
            for match in rule.finditer(text):
                begun = starts.get(match.end())
                if begun is None:
                    continue
                sure = words[begun][0][0].isupper() and not shouted if always is None else always
                if self._fits(words[begun][0], shouted, sure):
                    end = self._extend(text, words, begun, shouted, sure)
                    if not self._disease.match(text, end):
                        yield Span(match.end(), end, "name")
        yield from self._signed(text, words, starts, shouted)

    def _signed(self, text: str, words: list[re.Match[str]], starts: dict[int, int], shouted: bool) -> Iterator[Span]:
        closing = self._closing.search(text)
        if not closing or len(closing[1].split()) > 3:
            return
        first = starts.get(closing.start(1) + len(closing[1]) - len(closing[1].lstrip()))
        if first is None:
            return
        word = words[first][0]
        if self._fits(word, shouted, False) or ("g" in self._marks(word) and word[0].isupper()):
            yield Span(words[first].start(), closing.end(1), "name")

    def _stands_for_itself(self, text: str, words: list[re.Match[str]], number: int, shouted: bool) -> bool:
        """Whether a word is a name wherever it stands."""
        word = words[number][0]
        marks = self._marks(word)
        if not marks:
            return False
        capital = word[0].isupper() and not shouted
        if capital and word.isupper() and len(word) <= 6:
            return False  # a trial or an abbreviation
        if "w" not in marks:
            return capital or ("g" in marks and len(word) >= 4 and not self._ordinary(fold(word)))
        following = words[number + 1] if number + 1 < len(words) else None
        return bool(
            capital
            and "g" in marks
            and following
            and text[words[number].end() : following.start()] == " "
            and following[0][0].isupper()
            and not following[0].isupper()
            and "f" in self._marks(following[0])
            and fold(following[0]) not in self._known
        )

    def _extend(self, text: str, words: list[re.Match[str]], number: int, shouted: bool, sure: bool = False) -> int:
        """Where a name ends that begins with a word: the family name belongs to it."""
        end = words[number].end()
        for following in words[number + 1 : number + LONGEST]:
            gap = text[end : following.start()]
            if not re.fullmatch(r"\.?\s", gap):
                break
            word = following[0]
            capital = word[0].isupper() and not shouted
            marks, strange = self._marks(word), self._strange(word)
            joins = fold(word) in self._marked.particles and (capital or word.islower())
            initial = capital and len(word) == 1 and word != "I"
            if capital:
                fits = not word.isupper() and (bool(marks) or strange)
            else:
                fits = bool(marks and "w" not in marks) or (sure and strange)
            if not (joins or initial or fits):
                break
            end = following.end()
        return end
