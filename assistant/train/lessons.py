"""What is learned from: every message and text, by what it teaches. Each has a fold; folds 0 and 1 teach nothing.

Fold 0 fits what comes after the training (blend, weights, thresholds), fold 1 only gives figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.rewrite import wordings
from assistant.screen.conversation import read_message
from assistant.screen.examples import Label, fold_of, harmless, read_examples
from assistant.screen.rules import RuleSet
from assistant.train.slips import mistyped
from assistant.types import Question
from corpus.library import Library
from corpus.vocabulary import Strict

EXAMPLES = Path(__file__).parents[1] / "examples"
Knows = Callable[[str], bool]
Prepare = Callable[[str], str]


class NotCovered(Strict):
    """A question in the field that no passage answers."""

    text: str
    note: str

    @property
    def fold(self) -> int:
        """See the module."""
        return fold_of(self.text)


class FollowUp(Strict):
    """A conversation, with the passages that answer its last message; none if the content does not."""

    turns: tuple[str, ...]
    passages: tuple[str, ...]
    kind: str
    sentences: tuple[int, ...] = ()
    """Those of the first passage that answer, if a person has said which."""

    @property
    def fold(self) -> int:
        """See the module."""
        return fold_of("\n".join(self.turns))

    @property
    def question(self) -> Question:
        """The last message with those before it."""
        return Question(self.turns[-1], self.turns[:-1])


def read_not_covered(folder: Path = EXAMPLES) -> tuple[NotCovered, ...]:
    """The questions in the field that no passage answers."""
    return tuple(map(NotCovered.model_validate_json, (folder / "not_covered.jsonl").read_text("utf-8").splitlines()))


def read_follow_ups(folder: Path = EXAMPLES) -> tuple[FollowUp, ...]:
    """The conversations."""
    return tuple(map(FollowUp.model_validate_json, (folder / "followups.jsonl").read_text("utf-8").splitlines()))


@dataclass(frozen=True, slots=True)
class Kind:
    """A message that teaches what it is."""

    text: str
    label: Label
    covered: bool | None
    """Whether the content answers it, where that is known."""
    slipped: str = ""
    """The same with slips of the hand; empty if there is none."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question that teaches where its answer lies."""

    text: str
    passage: str
    sentences: tuple[int, ...]
    """The sentences that answer; empty if only the passage is known."""
    key: str
    """The text under which the question itself is indexed; empty if it is not."""
    harmless: bool = True
    """Whether it teaches as well that such a message passes; not when a red-flag or dosing rule takes it."""
    slipped: str = ""
    """The same question with slips of the hand; empty if there is none."""


def kinds(prepare: Prepare, knows: Knows) -> list[Kind]:
    """Every message that teaches what it is; those of `pairs` teach it too and are not among them."""
    found = []
    for example in read_examples():
        if example.fold > 1:
            said = read_message(example.turns[-1], example.turns[:-1]).joined.verbatim
            found.append(Kind(prepare(said), example.label, None, prepare(mistyped(said))))
    strange = [each.text for each in read_not_covered() if each.fold > 1]
    strange += [searched(each.question, knows) for each in read_follow_ups() if each.fold > 1 and not each.passages]
    return found + [Kind(prepare(said), "pass", False, prepare(mistyped(said))) for said in strange]


def pairs(library: Library, rules: RuleSet, prepare: Prepare, canonical: Prepare, knows: Knows) -> list[Pair]:
    """Every question that teaches where its answer lies."""
    passing = {each.turns[0] for each in harmless((question.text for question in library.questions), rules)}
    found = []
    for each in library.questions:
        if fold_of(each.text) > 1:
            sentences = library.passages[each.passage].sentences
            numbers = tuple(sentences.index(sentence) for sentence in each.answer)
            pair = Pair(prepare(each.text), each.passage, numbers, canonical(each.text), each.text in passing)
            found.append(replace(pair, slipped=prepare(mistyped(each.text))))
    for follow_up in read_follow_ups():
        if follow_up.fold > 1 and follow_up.passages:
            said = searched(follow_up.question, knows)
            found.append(Pair(prepare(said), follow_up.passages[0], follow_up.sentences, "", slipped=prepare(mistyped(said))))
    return found


def searched(question: Question, knows: Knows) -> str:
    """What the search reads of a message first: with what stands before it, if it leans on that."""
    return wordings(question, question.text, knows)[0]


def passages_of(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    """The numbers of the pairs by passage."""
    found: dict[str, list[int]] = {}
    for number, pair in enumerate(pairs):
        found.setdefault(pair.passage, []).append(number)
    return found
