"""Rewords questions as hands and keyboards do: seeded, so that the same case always changes in the same way."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from evals.cases import Case

Change = Callable[[str, random.Random], str]
WORD = re.compile(r"[A-Za-z]{5,}")
SPELLINGS = (
    ("oestrogen", "estrogen"), ("tumour", "tumor"), ("anaemia", "anemia"), ("fibre", "fiber"),
    ("centre", "center"), ("colour", "color"), ("programme", "program"), ("flushes", "flashes"), ("flush", "flash"),
    ("mum", "mom"), ("exercise", "excercise"), ("vitamin", "vitamine"), ("symptoms", "symtoms"), ("arimidex", "arimadex"),
    ("anastrozole", "anastrazole"), ("letrozole", "letrozol"), ("exemestane", "examestane"), ("aromatase", "aromotase"),
    ("inhibitor", "inhibiter"), ("osteoporosis", "osteoperosis"), ("supplement", "suplement"), ("turmeric", "tumeric"),
)  # fmt: skip
"""British and American spellings, and the commonest ways to misspell the words of the field."""
PREFACES = (
    "Hello, I hope you don't mind me asking. ",
    "Hi there, thank you for this page. My question is this: ",
    "Good evening. I was wondering, ",
    "Sorry to bother you, but ",
    "Quick one for you: ",
)
NAMES = (("anastrozole", "Arimidex"), ("letrozole", "Femara"), ("exemestane", "Aromasin"))


def typo(text: str, chance: random.Random) -> str:
    """One slip of the finger: two letters swapped, one dropped or one doubled, inside a longer word."""
    words = list(WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    match chance.choice(("swap", "drop", "double")):
        case "swap":
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        case "drop":
            return text[:at] + text[at + 1 :]
        case _:
            return text[: at + 1] + text[at:]


def capitals(text: str, chance: random.Random) -> str:
    """The caps-lock key."""
    return text.upper()


def no_punctuation(text: str, chance: random.Random) -> str:
    """Lower case and nothing but words, as a dictation writes."""
    return " ".join(re.sub(r"[^\w\s'’%-]", " ", text.lower()).split()) or text


def spacing(text: str, chance: random.Random) -> str:
    """Double spaces, a line break, and no space before the last word's end mark or after commas."""
    words = re.sub(r", ", ",", text).split(" ")
    at = chance.randrange(len(words))
    return " " + "  ".join(words[:at]) + "\n" + " ".join(words[at:]) + " "


def spelling(text: str, chance: random.Random) -> str:
    """The other side's spelling, or a common misspelling, of the words of the field."""
    for one, other in SPELLINGS:
        for old, new in ((one, other), (other, one)):
            if re.search(rf"\b{old}\b", text, re.IGNORECASE):
                return re.sub(rf"\b{old}\b", new, text, flags=re.IGNORECASE)
    return text


def preface(text: str, chance: random.Random) -> str:
    """A polite beginning."""
    return chance.choice(PREFACES) + text


def name(text: str, chance: random.Random) -> str:
    """The brand for the substance, or the other way round."""
    for one, other in NAMES:
        if all(re.search(rf"\b{known}\b", text, re.IGNORECASE) for known in (one, other)):
            continue  # a question about the two names would lose its sense
        for old, new in ((one, other), (other, one)):
            if re.search(rf"\b{old}\b", text, re.IGNORECASE):
                return re.sub(rf"\b{old}\b", new, text, flags=re.IGNORECASE)
    return text


CHANGES: Mapping[str, Change] = {
    "typo": typo,
    "capitals": capitals,
    "no punctuation": no_punctuation,
    "spacing": spacing,
    "spelling": spelling,
    "preface": preface,
    "name": name,
}


def perturb(cases: Sequence[Case], each: int) -> Iterator[Case]:
    """For every change, `each` cases reworded in their last message, taken evenly from the cases that it changes."""
    for label, change in CHANGES.items():
        made = [new for case in cases if (new := reword(case, label, change)) is not None]
        step = max(1, len(made) // each)
        yield from made[::step][:each]


def reword(case: Case, label: str, change: Change) -> Case | None:
    """A case reworded; None when the change leaves it as it is."""
    last = (case.turns or (case.text or "",))[-1]
    new = change(last, random.Random(f"{label}/{case.id}"))
    if new == last:
        return None
    return reworded_case(case, label, new)


def reworded_case(case: Case, label: str, new: str) -> Case:
    """A case whose last message is said in other words; it has to hold the same."""
    said = {"turns": (*case.turns[:-1], new)} if case.turns else {"text": new}
    named = {"id": f"{case.id}~{label}", "of": case.id, "of_seed": case.seed, "pair": "", "change": label, "passages": {}}
    return case.model_copy(update={**said, **named})
