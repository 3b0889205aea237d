"""Proves that test questions are held apart from whatever anything was trained, fitted or written on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from assistant.screen.examples import read_examples
from assistant.screen.rules import read_rules
from assistant.train.lessons import read_follow_ups, read_not_covered
from corpus.library import Library
from evals.cases import Case
from evals.catalogue import Entry

NEAREST = 0.7
"""Share of common words (Jaccard) from which two messages are near-duplicates."""
FEWEST = 3
"""Words of the shortest message that can be a near-duplicate: two words name a subject, and people do type just that."""
WORD = re.compile(r"[^\W_]+")


def learned_from(library: Library) -> dict[str, str]:
    """Every message that anything learned from, with where it stands."""
    found = {question.text: f"an anticipated question of {question.passage}" for question in library.questions}
    found |= {"\n".join(example.turns): "a training example of the screen" for example in read_examples()}
    found |= {each.text: "a question of the training that is not covered" for each in read_not_covered()}
    found |= {"\n".join(each.turns): "a follow-up of the training" for each in read_follow_ups()}
    for rule in read_rules().rules:
        for talk in (*rule.examples, *rule.counterexamples):
            found["\n".join(talk)] = f"an example of the rule {rule.name!r}"
    return found


def too_near(sets: Mapping[str, Sequence[Case]], catalogue: Mapping[str, Entry], library: Library) -> list[str]:
    """Test cases that are near-duplicates of something learned from, of a fitted case, or of another test case."""
    learned = learned_from(library)
    for name, cases in sets.items():
        if catalogue[name].role == "fitted":
            learned |= {talk(case): f"{name} {case.id}, which weights were fitted on" for case in cases}
    tested = [(f"{name} {case.id}", case) for name, cases in sets.items() if catalogue[name].role == "test" for case in cases]
    texts = [talk(case) for _, case in tested]
    found = [
        f"{tested[one][0]} is too near to {learned[text]}: {texts[one]!r} and {text!r}"
        for one, text in near(texts, list(learned))
    ]
    found += [
        f"{tested[one][0]} is too near to {tested[texts.index(text)][0]}: {texts[one]!r}"
        for one, text in near(texts, texts)
        if texts.index(text) < one and tested[texts.index(text)][1].pair != (tested[one][1].pair or None)
    ]
    return found


def talk(case: Case) -> str:
    """What a case says, message by message."""
    return "\n".join(case.turns) or case.text or ""


def near(texts: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Pairs of a text's number and another text that share most of their words."""
    vocabulary: dict[str, int] = {}
    one, two = (bag(listed, vocabulary) for listed in (texts, others))
    size = len(vocabulary)
    first, second = (csr_matrix((data, columns, starts), shape=(len(starts) - 1, size)) for data, columns, starts in (one, two))
    sizes, other_sizes = np.asarray(first.sum(axis=1)).ravel(), np.asarray(second.sum(axis=1)).ravel()
    common = (first @ second.T).tocoo()
    for row, column, shared in zip(common.row, common.col, common.data, strict=True):
        together = sizes[row] + other_sizes[column] - shared
        if shared < NEAREST * together or (texts is others and row == column):
            continue
        if min(sizes[row], other_sizes[column]) >= FEWEST or one_word_script(texts[row]):
            yield int(row), others[column]


def one_word_script(text: str) -> bool:
    """Whether a text is written without spaces between words, so that a whole sentence looks like one word."""
    return any(len(word) >= 6 and "\u3040" <= word[0] <= "\u9fff" for word in WORD.findall(text))


def bag(texts: Sequence[str], vocabulary: dict[str, int]) -> tuple[list[float], list[int], list[int]]:
    """The distinct words of each text as the parts of a sparse matrix; new words are added to the vocabulary."""
    columns: list[int] = []
    starts = [0]
    for text in texts:
        columns += sorted({vocabulary.setdefault(word, len(vocabulary)) for word in WORD.findall(text.lower())})
        starts.append(len(columns))
    return [1.0] * len(columns), columns, starts
