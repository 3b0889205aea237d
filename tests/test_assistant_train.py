"""Training and fitting: what is learned from, that it repeats itself, and that it tells apart what it should."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.heads import Heads
from assistant.screen.examples import fold_of, read_examples
from assistant.screen.rules import read_rules
from assistant.train.fit import choose
from assistant.train.lessons import Kind, Pair, kinds, pairs, read_follow_ups, read_not_covered
from assistant.train.run import content, unweighed
from assistant.train.slips import HEARD, by_ear, mistyped
from assistant.train.tune import Content, Plan, Store, lured, shuffled, tune
from corpus.library import Library
from index.lexicon import Lexicon
from index.tuning import States, Tuner, padded

HELD = {0, 1}


@pytest.fixture(scope="module")
def lexicon(library: Library) -> Lexicon:
    return Lexicon(library)


@pytest.fixture(scope="module")
def shipped(library: Library, lexicon: Lexicon) -> tuple[list[Kind], list[Pair]]:
    prepare, knows = lexicon.prepare, lexicon.stands_in_content
    return kinds(prepare, knows), pairs(library, read_rules(), prepare, lexicon.canonical, knows)


def test_nothing_that_is_held_apart_is_learned_from(
    library: Library, lexicon: Lexicon, shipped: tuple[list[Kind], list[Pair]]
) -> None:
    held = {lexicon.prepare(each.text) for each in library.questions if fold_of(each.text) in HELD}
    held |= {lexicon.prepare(each.text) for each in read_not_covered() if each.fold in HELD}
    free = {lexicon.prepare(each.text) for each in library.questions if fold_of(each.text) not in HELD}
    learned, asked = shipped
    assert {each.text for each in (*learned, *asked)} & (held - free) == set()
    assert {each.covered for each in learned} == {False, None}


def test_nothing_stands_twice_among_what_is_learned_from(library: Library) -> None:
    written: list[tuple[str, ...]] = [("message", *example.turns) for example in read_examples()]
    written += [("not covered", question.text) for question in read_not_covered()]
    written += [("follow-up", *follow_up.turns) for follow_up in read_follow_ups()]
    written += [(asked.passage, asked.text, *asked.answer) for asked in library.questions]
    assert [line for line, count in Counter(written).items() if count > 1] == []


def test_every_pair_names_sentences_of_its_passage(library: Library, shipped: tuple[list[Kind], list[Pair]]) -> None:
    found = content(library)
    assert set(found.sentences) == set(found.passages) == set(library.passages)
    for pair in shipped[1]:
        assert all(0 <= number < len(found.sentences[pair.passage]) for number in pair.sentences)


def test_follow_ups_name_passages_of_the_content(library: Library) -> None:
    follow_ups = read_follow_ups()
    assert {name for each in follow_ups for name in each.passages} <= set(library.passages)
    assert min(len(each.turns) for each in follow_ups) >= 2


def test_neighbours_are_near_and_do_not_answer() -> None:
    found = Content({"a": "A", "b": "B", "c": "C", "d": "D"}, {"a": ["a0"], "b": ["b0"], "c": ["c0", "c1"], "d": ["d0"]})
    assert found.neighbours("c", (0,)) == [("a", "a0"), ("b", "b0"), ("c", "c1"), ("d", "d0")]
    assert ("c", "c1") not in found.neighbours("c", ())


def test_batches_hold_every_item_once_in_a_round() -> None:
    batches = shuffled(list(range(103)), 10, lambda item: item % 7, random.Random(0))
    seen: list[int] = []
    while len(seen) < 103:
        seen += next(batches)
    assert sorted(seen) == list(range(103))


def test_slips_are_few_and_the_same_each_time() -> None:
    text = "How often do women on letrozole get sore joints in the morning, and does it pass?"
    slipped = mistyped(text)
    assert slipped == mistyped(text) != text
    assert 0 < SequenceMatcher(None, text, slipped).ratio() < 1
    assert sum(one != other for one, other in zip(text.split(), slipped.split(), strict=True)) <= 2 + text.count(
        ","
    ) + text.count("?")
    assert mistyped("is it so?") in ("is it so?", "is it so")


@given(st.text(max_size=60))
def test_any_text_may_slip(text: str) -> None:
    assert abs(len(mistyped(text)) - len(text)) <= 1 + 4 * len(re.findall("[A-Za-z]{3,}", text)) + len(
        re.findall(r"[.,;:!?'\"()]", text)
    )


def test_some_texts_are_spelt_by_ear() -> None:
    text = "Which foods have polyphenols, and is swimming good for bone density?"
    heard = by_ear(text, random.Random(1))
    assert heard != text
    assert heard == by_ear(text, random.Random(1))
    assert len(heard.split()) == len(text.split())
    changed = [
        sum(one != other for one, other in zip(asked.split(), mistyped(asked).split(), strict=True))
        for asked in (f"{text} Question {number} of many" for number in range(200))
    ]
    assert HEARD - 0.15 < sum(count > 3 for count in changed) / len(changed) < HEARD + 0.15


def test_a_question_that_nothing_answers_has_lures() -> None:
    tuner, store = Tuner(), Store()
    strange = [Kind("why do joints ache in rain", "pass", False), Kind("do bones lose colour", "pass", False)]
    store.add(
        [*(each.text for each in strange), *(text for texts in CONTENT.sentences.values() for text in texts)], quietly(tuner)
    )
    found = lured(tuner, store, strange, CONTENT, 2)
    assert [each.lures[0][0] for each in found] == ["joints", "bones"]
    assert lured(tuner, store, [], CONTENT, 2) == []


def quietly(tuner: Tuner) -> Callable[[Sequence[str]], list[States]]:
    return lambda texts: tuner.lower(texts, progress=False)


def test_padding_is_marked() -> None:
    states, mask = padded([np.ones((2, 4), np.float16), np.ones((3, 4), np.float16)])
    assert states.shape == (2, 3, 4)
    assert mask.tolist() == [[1, 1, 0], [1, 1, 1]]
    assert states[0, 2].tolist() == [0, 0, 0, 0]


ASKS = [Kind(f"how many {name} tablets do I take", "dosing", None) for name in ("blue", "red", "white", "round", "small", "big")]
CALM = [Kind(f"why are {name} joints stiff", "pass", True) for name in ("my", "her", "his", "old", "cold", "sore")]
STRANGE = [Kind(f"is {name} bread fattening", "pass", False) for name in ("white", "brown", "old", "rye", "flat", "dry")]
PAIRS = [
    Pair(f"{start} {what}", passage, (0,), f"{start} {what}")
    for passage, what in (("joints", "joints so stiff"), ("bones", "bones so thin"))
    for start in ("why are", "what makes", "how come")
]
CONTENT = Content(
    {"joints": "Joints. They ache.", "bones": "Bones. They thin."},
    {"joints": ["Joints ache when estrogen is low.", "Rain is wet."], "bones": ["Bones lose density.", "Snow is cold."]},
)
PLAN = Plan(passes=8, progress=False)


def trained() -> tuple[Tuner, Heads]:
    tuner = Tuner()
    found = tune(tuner, [*ASKS, *CALM, *STRANGE] * 6, PAIRS, CONTENT, PLAN)
    return tuner, unweighed(found)


@pytest.fixture(scope="module")
def twice() -> list[tuple[Tuner, Heads]]:
    return [trained(), trained()]


def test_training_repeats_itself(twice: list[tuple[Tuner, Heads]]) -> None:
    (one, first), (other, second) = twice
    assert all(
        np.array_equal(a, b) for a, b in zip(one.layers.state_dict().values(), other.layers.state_dict().values(), strict=True)
    )
    assert np.array_equal(first.labels, second.labels)


def test_training_tells_kinds_apart(twice: list[tuple[Tuner, Heads]]) -> None:
    tuner, heads = twice[0]
    texts = ["how many green tablets do I take", "why are big joints stiff", "is sweet bread fattening"]
    pooled = tuner.upper(tuner.lower(texts, progress=False))[1].detach().numpy()
    assert [heads.kinds(row)["dosing"] > 0 for row in pooled] == [True, False, False]
    assert heads.coverage(pooled[1]) > heads.coverage(pooled[2])


def test_training_lays_a_question_beside_its_answer(twice: list[tuple[Tuner, Heads]]) -> None:
    def margin(tuner: Tuner) -> float:
        texts = ["what makes joints so stiff", CONTENT.sentences["joints"][0], CONTENT.sentences["bones"][0]]
        asked, right, wrong = tuner.upper(tuner.lower(texts, progress=False))[0].detach().numpy()
        return float(asked @ right - asked @ wrong)

    assert margin(twice[0][0]) > margin(Tuner())


def test_fitted_weights_follow_what_is_right() -> None:
    random_ = np.random.default_rng(0)
    groups = []
    for _ in range(60):
        rows = random_.normal(size=(8, 3))
        groups.append((rows, np.arange(8) == rows[:, 1].argmax()))
    weights = choose(groups, 3)
    assert weights[1] > 5 * max(weights[0], weights[2])
    assert (weights >= 0).all()
