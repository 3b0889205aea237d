"""Whether the same question gets the same reply: what is compared, and that the shipped assistant holds it."""

from __future__ import annotations

import pytest

from evals.cases import Case
from evals.consistency import FROM, VARYING, compared, in_new_process, reply, sample, stable
from evals.exceptions import EvalsError
from evals.targets import local

CASES = [
    Case(id="a", text="What is aromatase?", label="answer"),
    Case(id="b", turns=("I take letrozole.", "Can I take half of it?"), label="dosing"),
]


@pytest.mark.parametrize("count", [1, 7, 40])
def test_the_sample_is_even_over_the_sets_and_always_the_same(count):
    found = sample(count)
    assert found == sample(count)
    assert len({case.id for case in found}) == len(found) == count


def test_a_sample_of_some_size_holds_cases_of_each_set():
    from evals.cases import SETS, read_cases

    found = {case.id for case in sample(40)}
    assert all(found & {case.id for case in read_cases(SETS / f"{name}.jsonl")} for name in FROM)


@pytest.mark.parametrize("name", sorted(VARYING))
def test_ids_and_times_may_vary(name):
    assert stable({"kind": "answer", name: 1}) == stable({name: 2, "kind": "answer"}) == stable({"kind": "answer"})


@pytest.mark.parametrize("name", ["kind", "answer", "notice", "related", "statements", "citations", "corpus_version"])
def test_everything_else_has_to_stay(name):
    assert stable({name: "one"}) != stable({name: "other"})


def test_a_case_without_a_reply_stays_without_one():
    assert reply(None) == reply(None) != reply({"kind": "answer"})


def test_every_reply_that_differs_has_a_line():
    assert list(compared("again", CASES, ["one", "two"], ["one", "two"])) == ["again: 2 of 2 replies the same"]
    assert list(compared("again", CASES, ["one", "two"], ["one", "three"])) == [
        "again: 1 of 2 replies the same",
        "DIFFERS again: b I take letrozole. / Can I take half of it?",
    ]


def test_a_new_process_gives_the_same_replies(assistant, state):
    target = local(assistant)
    here = [reply(target("consistency", case).body) for case in CASES]
    assert in_new_process(CASES, {"CITEWELL_INDEX_DIRECTORY": str(state)}) == here


def test_a_process_that_cannot_start_is_told():
    with pytest.raises(EvalsError, match=r"the batch command failed: .*A setting is wrong"):
        in_new_process(CASES, {"CITEWELL_INDEX_THREADS": "0"})
