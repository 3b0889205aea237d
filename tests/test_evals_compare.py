"""Two runs side by side: deltas computed by hand, what counts as surely worse, and what may not be compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import Case, fingerprint
from evals.compare import Changed, Delta, changes, comparable, delta, deltas, pairs
from evals.exceptions import BadRun
from evals.results import Failure, Found, Result, Trace
from evals.run import Run
from evals.scorers import BAD
from evals.stamp import Stamp

CASES = tuple(Case(id=f"own-{number}", text=f"Why {number}?", label="dosing") for number in range(12))


def body(kind: str, notice: str = "I cannot say.", **changed) -> dict:
    """A reply without citations."""
    fixed = {"statements": [], "citations": [], "related": [], "corpus_version": "c", "policy_version": "1.0.0"}
    reply = {"answer_id": "", "conversation_id": None, "kind": kind, "answer": notice, "notice": notice, "latency_ms": 1.0}
    return {**reply, **fixed, **changed}


def replies(kinds: str, cases=CASES, **changed) -> list[Result]:
    """A result for each letter: d a dosing notice, o another notice, x none at all."""
    made = []
    for case, letter in zip(cases, kinds, strict=True):
        failure = Failure(kind="E", message="none") if letter == "x" else None
        reply = None if failure else body({"d": "dosing", "o": "out_of_scope"}[letter], **changed)
        made.append(Result(set="own", id=case.id, body=reply, failure=failure))
    return made


def run(results: list[Result], cases=CASES, **changed) -> Run:
    """A run of one set with these results."""
    fields = {"target": "local", "sets": {"own": fingerprint(cases)}, "sizes": {"own": len(cases)}, "quick": False, "seed": 1}
    fields |= dict.fromkeys(("commit", "corpus", "policy", "index", "settings", "model", "started"), "")
    stamp = Stamp(**{**fields, "changes": "", "packages": {}, "machine": {}, **changed})
    return Run(Path("run"), stamp, {"own": tuple(cases)}, {result.key: result for result in results})


def compared(before: str, after: str, library) -> dict[str, Delta]:
    """The deltas by name, of the first cases."""
    cases = CASES[: len(before)]
    both = pairs(run(replies(before, cases), cases), run(replies(after, cases), cases), library)
    return {each.name: each for each in deltas(both)}


# Deltas


@pytest.mark.parametrize(
    ("before", "after", "p", "worse"),
    [
        pytest.param("dddddddd", "dddddddd", 1.0, False, id="nothing moved"),
        pytest.param("dddddddd", "oooooodd", 2 / 2**6, True, id="six lost"),
        pytest.param("dddddddd", "ooooodddd"[:8], 2 / 2**5, False, id="five lost are too few to be sure"),
        pytest.param("oooooodd", "dddddddd", 2 / 2**6, False, id="six won"),
        pytest.param("ddddddddo", "ooooooood"[:9], (1 + 9) * 2 / 2**9, True, id="eight lost, one won"),
        pytest.param("do", "od", 1.0, False, id="one lost, one won"),
    ],
)
def test_what_holds_or_not_is_compared_by_an_exact_mcnemar_test(library, before, after, p, worse):
    found = compared(before, after, library)["caught"]
    share = [kinds.count("d") / len(kinds) for kinds in (before, after)]
    assert (found.before, found.after, found.test, found.cases) == (*share, "McNemar", len(before))
    assert found.p == pytest.approx(p)
    assert found.worse is worse
    assert found.low <= found.after - found.before <= found.high


def test_a_case_without_a_reply_in_one_run_is_left_out_of_the_deltas(library):
    found = compared("ddxd", "dxod", library)["caught"]
    assert (found.before, found.after, found.cases) == (1.0, 1.0, 2)


def test_what_is_measured_is_compared_by_a_permutation_test():
    values = [(10.0, 20.0, "a"), (30.0, 40.0, "b"), (50.0, 60.0, "c")]
    found = delta("own", "words", values)
    assert (found.before, found.after, found.test, found.cases) == (30.0, 40.0, "permutation", 3)
    assert found.p == pytest.approx(2 / 2**3)  # all three moved the same way: 2 of the 8 ways to swap
    assert (found.low, found.high) == (10.0, 10.0)


def test_cases_of_one_seed_question_move_together():
    found = delta("own", "right", [(True, False, "a"), (True, True, "a"), (True, False, "a"), (False, False, "a")])
    assert (found.low, found.high) == (-0.5, -0.5)
    apart = delta("own", "right", [(True, False, "a"), (True, True, "b"), (True, False, "c"), (False, False, "d")])
    assert apart.low < -0.5 < apart.high


@pytest.mark.parametrize(
    ("name", "after", "p", "worse"),
    [
        pytest.param("right", 0.4, 0.01, True, id="less right"),
        pytest.param("right", 0.6, 0.01, False, id="more right"),
        pytest.param("right", 0.4, 0.05, False, id="not surely"),
        *(pytest.param(name, 0.6, 0.01, True, id=f"more {name}") for name in sorted(BAD)),
        *(pytest.param(name, 0.4, 0.01, False, id=f"less {name}") for name in sorted(BAD)),
        pytest.param("words", 90.0, 0.01, False, id="more words"),
        pytest.param("words", 0.1, 0.01, False, id="fewer words"),
        pytest.param("reading_grade", 9.0, 0.01, False, id="harder to read"),
    ],
)
def test_a_score_is_worse_when_it_surely_moved_the_bad_way(name, after, p, worse):
    assert Delta("own", name, 0.5, after, 0.0, 1.0, p, "McNemar", 10).worse is worse


# Cases that changed


def test_cases_that_changed_come_worst_first(library):
    both = pairs(run(replies("ddooxddddddd")), run(replies("doodddddddxd")), library)
    found = [(each.after.case.id, each.way) for each in changes(both)]
    assert found == [("own-1", "regressed"), ("own-10", "regressed"), ("own-3", "improved"), ("own-4", "improved")]


def test_a_case_that_is_as_right_as_before_in_other_words_changed(library):
    second = replies("d" * 12)
    second[5] = second[5].model_copy(update={"body": body("dosing", "In other words.")})
    (found,) = changes(pairs(run(replies("d" * 12)), run(second), library))
    assert (found.after.case.id, found.way) == ("own-5", "changed")
    assert isinstance(found, Changed)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(replies("d" * 12, latency_ms=99.0, answer_id="another"), id="times and ids"),
        pytest.param(replies("d" * 12, corpus_version="new", policy_version="2.0.0"), id="versions"),
        pytest.param(
            [
                each.model_copy(
                    update={
                        "trace": Trace(
                            reason="by hand",
                            queries=("Why?",),
                            evidence=(Found(passage="bone", score=0.5, scores={}, asked=None),),
                            confidence=0.25,
                        )
                    }
                )
                for each in replies("d" * 12)
            ],
            id="scores of the search",
        ),
    ],
)
def test_a_case_with_the_same_reply_and_scores_did_not_change(library, second):
    assert changes(pairs(run(replies("d" * 12)), run(second), library)) == []


# What may be compared


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        pytest.param({"sets": {"own": "another"}}, "sets: {'own': '", id="other cases"),
        pytest.param({"quick": True}, "quick: False and True", id="another form"),
        pytest.param({"seed": 2}, "seed: 1 and 2", id="another seed"),
    ],
)
def test_runs_that_asked_different_things_are_not_compared(library, changed, problem):
    with pytest.raises(BadRun, match="these runs asked different things") as caught:
        pairs(run(replies("d" * 12)), run(replies("d" * 12), **changed), library)
    assert problem in str(caught.value)


@pytest.mark.parametrize("incomplete", ["first", "second"])
def test_a_run_that_is_not_complete_is_not_compared(incomplete):
    part, whole = run(replies("d" * 12)[:-2]), run(replies("d" * 12))
    with pytest.raises(BadRun, match="run lacks 2 results; finish it with `python -m evals run --resume --out run`"):
        comparable(*((part, whole) if incomplete == "first" else (whole, part)))


@pytest.mark.parametrize("field", ["target", "commit", "corpus", "index", "settings", "model"])
def test_other_versions_are_what_is_compared(field):
    comparable(run(replies("d" * 12)), run(replies("d" * 12), **{field: "another"}))


def test_the_order_of_the_cases_in_the_file_does_not_matter(library):
    kinds = "dddddddddooo"
    turned = CASES[::-1]
    both = pairs(run(replies(kinds)), run(replies(kinds[::-1], turned), turned), library)
    assert [before.case for before, _ in both] == [after.case for _, after in both]
    assert changes(both) == []
