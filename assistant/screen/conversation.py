"""Reads a message: as a whole, by sentences, and together with what the same person said before."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from assistant.screen.courtesy import without_courtesy
from assistant.screen.language import recognise
from assistant.screen.normalise import INVISIBLE, normalise, plain

WINDOWS = 16
"""Parts of one message that are looked at one by one."""
WINDOW_WORDS = 60
FEW_WORDS = 12
"""A message with no more words than this may lean on the one before it."""

ABBREVIATION = "".join(rf"(?<!\b{each}\.)" for each in ("[Dd]r", "[Mm]r", "[Mm]rs", "[Vv]it", "vs", r"e\.g", r"i\.e"))
BREAK = re.compile(rf"(?<=[.?!;]){ABBREVIATION}\s+|\n+|(?<=[。？！।؟])")
CLAUSE = re.compile(
    r"(?:,? (?:and|but|also|plus|then)|,) (?=(?:also |then |so )?"
    r"(?:how|what|why|which|when|can|could|should|does|do|is|are|would|may|shall)\b)",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?|^\W*(?:so |and |but |also |please |then |ok |hi |hello )*(?:how|what|what's|whats|why|which|who|where|when|can|could"
    r"|does|do|did|is|are|will|would|has|have|tell|explain|describe|list|give|show|cite|name|compare|define|summari[sz]e)\b",
    re.IGNORECASE,
)
LEANS = re.compile(
    r"\b(?:it|that|this|those|these|them|they|one|ones|so|then|and|too|either|also|instead|more|less|half|same|mine)\b"
)
OVER = re.compile(
    r"\b(?:(?:i'm|i am|im|he's|she's|he is|she is|it's|its|it is|it was|all|everything(?:'s| is)?|we're|mum's|dad's|feel|feeling"
    r"|am)\s(?:\w+ ){0,2}(?:fine|ok|okay|well|better|good|settled|sorted|resolved|safe|home|over)(?: now| again| thanks?)?"
    r"|(?:it|that|pain|swelling|they) (?:has |have |'s )?(?:\w+ )?(?:gone|went away|passed|stopped|settled|cleared|better)"
    r"|gone now|false alarm|(?:all|was) clear|no (?:clot|fracture|stroke)|none of those"
    r"|(?:ambulance|doctor|paramedics?|hospital|gp|a&e|er) (?:\w+ ){0,3}(?:came|seen|checked|said|says|discharged|looked|sorted"
    r"|treated)"
    r"|(?:seen|saw|spoke to|spoken to|called|rang|been to) (?:the |my |a |an )?"
    r"(?:doctor|gp|nurse|hospital|a&e|er|ambulance|crisis|team|oncologist)"
    r"|(?:i (?:was|am|'m) )?(?:just )?(?:joking|kidding|messing)|dead tired|haha i mean|i mean haha"
    r"|don't feel (?:like )?that (?:any ?more|now)|had counselling"
    r"|(?:was|it's) (?:only|just) (?:reflux|wind|cramp|heartburn|a bruise)"
    r"|(?:biops(?:y|ied)|scan(?:s|ned)?|ultrasound|x-?rays?|ecg|bloods|tests?|tested it|camera|hysteroscopy|mri)\b"
    r"[^.?!\n]{0,40}\b(?:clear|fine|ok|okay|normal|nothing|benign|negative|cyst|no blood|torn muscle)"
    r"|benign(?! or)|discharged|cleared (?:me|him|her|us)|ruled (?:\w+ )?out"
    r"|healed|treated and gone|gone down|gone completely|drained|back to normal now|fully better|(?:much|all) better since"
    r"|no (?:more )?(?:bleeding|pain|cough|trouble|problems?|symptoms?|bother) (?:now|since)|no more (?:bleeding|pain|swelling)"
    r"|(?:i'm|i am|he's|she's|he is|she is|they're|is|are) (?:\w+ ){0,2}(?:fine|well|better|happy) (?:now|these days|since)"
    r"|(?:poisons?|poison control|111) (?:\w+ ){0,2}said|(?:they're|he's|she's) happy with it"
    r"|(?:gp|doctor|clinic|urology|physio|hospital|nurse|paramedics) (?:has |have )?(?:tested|scanned|examined|checked|cleared)"
    r"|that was (?:in |back in )?(?:19|20)\d\d|that was last (?:month|year|winter|summer|spring|autumn)"
    r"|that was (?:\w+ ){1,3}(?:years|months|decades) (?:ago|back)|in (?:19|20)\d\d i mean"
    r"|autocorrect|sorry for the panic|slept on it|only telly)\b"
)
STILL = re.compile(
    r"\b(?:still|not (?:fine|ok|okay|well|better|good|safe|over|gone)|isn't (?:fine|better|over)|worse|until i|wish"
    r"|don't|never mind)\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as written, for the embedding, and normalised, for rules and words."""

    verbatim: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message and the ways to read it."""

    whole: Reading
    parts: tuple[Reading, ...]
    """Its sentences, if there is more than one."""
    joined: Reading
    """With the message before it, if it leans on that; else the whole."""
    earlier: tuple[str, ...]
    """The normalised messages before it."""
    language: str
    """Its ISO 639-1 code."""


def read_text(text: str) -> Reading:
    """A text for rules and classifier; disguised spelling is undone for the embedding too."""
    text = INVISIBLE.sub("", text).strip()
    normal = normalise(text)
    disguised = normal.split() != plain(text).split() or not unicodedata.is_normalized("NFKC", text)
    return Reading(normal if disguised else text, normal)


@lru_cache(maxsize=256)
def read_message(text: str, earlier: tuple[str, ...] = ()) -> Message:
    """A message as the screen reads it: without the courtesy around it."""
    text = without_courtesy(text)
    whole = read_text(text)
    before = tuple(map(normalise, earlier))
    pieces = sentences(text)
    parts = tuple(map(read_text, pieces)) if len(pieces) > 1 else ()
    joined = read_text(f"{earlier[-1].strip()} {text.strip()}") if earlier and leans(whole.text) else whole
    return Message(whole, parts, joined, before, recognise(text))


def leans(text: str) -> bool:
    """Whether a normalised message is too short to stand alone."""
    if any(asks(line) and len(line.split()) > 4 and not LEANS.search(line) for line in text.split("\n")):
        return False
    words = text.split()
    return len(words) <= 4 or (len(words) <= FEW_WORDS and LEANS.search(text) is not None)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, verbatim, at most sixteen; a long one is cut by words, many short ones are put together."""
    pieces = [piece.strip() for piece in BREAK.split(text) if piece and piece.strip()]
    short = [window for piece in pieces for window in cut(piece)]
    while len(short) > WINDOWS:
        short = [" ".join(short[index : index + 2]) for index in range(0, len(short), 2)]
    return tuple(short)


def cut(piece: str) -> list[str]:
    """A text without full stops in overlapping windows."""
    words = piece.split()
    if len(words) <= WINDOW_WORDS:
        return [piece]
    step = WINDOW_WORDS // 2
    return [" ".join(words[start : start + WINDOW_WORDS]) for start in range(0, len(words) - step, step)]


def clauses(sentence: str) -> tuple[str, ...]:
    """The questions that a sentence joins with `and` or a comma."""
    return tuple(piece.strip() for piece in CLAUSE.split(sentence) if piece.strip())


def asks(sentence: str) -> bool:
    """Whether a sentence is a question or a request."""
    return ASKS.search(sentence) is not None


def says_over(text: str) -> bool:
    """Whether a normalised message says that the danger it or an earlier one spoke of has passed."""
    return OVER.search(text) is not None and STILL.search(text) is None
