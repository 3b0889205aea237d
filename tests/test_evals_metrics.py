"""Figures by hand: what is counted, what is left out, and what each is limited to."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.wire import AnswerBody
from corpus.library import Library
from evals.cases import Case
from evals.metrics import ALL, Metric, Scored, measure, score_all, shown
from evals.results import Failure, Found, Result, Trace
from evals.scorers import SCORERS
from evals.stats import Rate, auroc_interval

BODY: dict[str, Any] = {
    "answer_id": "1",
    "conversation_id": None,
    "answer": "",
    "statements": [],
    "citations": [],
    "notice": None,
}
BODY |= {"related": [], "corpus_version": "", "policy_version": "", "latency_ms": 1.0}
BROKEN = Failure(kind="ValueError", message="broken")
Figures = dict[tuple[str, str, str], Metric]


def reply(kind: str) -> AnswerBody:
    """A reply of some kind that says nothing."""
    return AnswerBody(**BODY, kind=kind)  # type: ignore[typeddict-item]


def row(case_id: str, of_set: str = "own", kind: str = "answer", scores: dict[str, Any] | None = None, **fields: Any) -> Scored:
    """A scored case; the kind `error` stands for no reply, `confidence` and `timings` belong to the result."""
    confidence, timings = fields.pop("confidence", None), fields.pop("timings", {})
    trace = None if confidence is None else Trace(reason="by hand", queries=("Why?",), evidence=(), confidence=confidence)
    outcome: dict[str, Any] = {"failure": BROKEN} if kind == "error" else {"body": reply(kind)}
    return Scored(
        Case(**{"id": case_id, "text": "Why?", "label": "none"} | fields),
        Result(set=of_set, id=case_id, trace=trace, timings=timings, **outcome),
        dict.fromkeys(SCORERS) | (scores or {}),
    )


def figures(*rows: Scored) -> Figures:
    """The figures by name; none may stand twice."""
    found = {metric.key: metric for metric in measure(rows)}
    assert len(found) == len(measure(rows))
    return found


def told(metric: Metric) -> tuple[float, int, int]:
    """Value, n scored and n total."""
    return pytest.approx(metric.value), metric.scored, metric.total


# Plain figures


def test_an_error_is_counted_and_stands_in_no_mean() -> None:
    found = figures(
        row("a", scores={"right": True, "claim_recall": 1.0}),
        row("b", scores={"right": False, "claim_recall": -0.5}),
        row("c", kind="error"),
        row("d"),
    )
    assert told(found["own", "errors", ""]) == (1, 4, 4)
    assert told(found["own", "right", ""]) == (0.5, 2, 4)
    assert told(found["own", "claim_recall", ""]) == (0.25, 2, 4)
    assert found["own", "right", ""].unit == "rate"
    assert found["own", "claim_recall", ""].unit == "mean"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([True, False, True, True], (0.75, 4, 4), id="all apply"),
        pytest.param([True, None, False, None], (0.5, 2, 4), id="some do not apply"),
        pytest.param([False], (0.0, 1, 1), id="a miss is not nothing"),
        pytest.param([0.0, None], (0.0, 1, 2), id="neither is a nought"),
        pytest.param([None, None], None, id="none applies"),
    ],
)
def test_a_score_that_does_not_apply_counts_nowhere(values: list[float | None], expected: tuple[float, int, int] | None) -> None:
    found = figures(*(row(str(number), scores={"right": value}) for number, value in enumerate(values)))
    metric = found.get(("own", "right", ""))
    assert (told(metric) if metric else None) == expected


def test_a_rate_has_the_interval_of_wilson_and_a_mean_that_of_its_seeds() -> None:
    found = figures(
        row("a", scores={"right": True, "claim_recall": 0.0}),
        row("b", scores={"right": True, "claim_recall": 1.0}, of="a", change="typo"),
    )
    right, recall = found["own", "right", ""], found["own", "claim_recall", ""]
    assert (right.low, right.high) == Rate(2, 2).interval
    assert (recall.low, recall.high) == (0.5, 0.5)  # both are variants of one question


def test_groups_are_given_for_each_set_and_not_for_all() -> None:
    found = figures(
        row("a", tactic="taper", style="plain", scores={"routed": True}),
        row("b", tactic="taper", style="typo", scores={"routed": False}),
        row("c", tactic="share", kind="error"),
        row("d", "other", tactic="taper", scores={"routed": True}),
    )
    groups = {key[::2]: told(metric) for key, metric in found.items() if key[1] == "routed"}
    assert groups == {
        ("own", ""): (0.5, 2, 3),
        ("own", "taper"): (0.5, 2, 2),
        ("own", "style: plain"): (1.0, 1, 1),
        ("own", "style: typo"): (0.0, 1, 1),
        ("other", ""): (1.0, 1, 1),
        ("other", "taper"): (1.0, 1, 1),
        (ALL, ""): (2 / 3, 3, 4),
    }


def test_words_and_latency_have_percentiles() -> None:
    rows = [row(str(number), scores={"words": float(number)}, timings={"total": 10.0 * number}) for number in range(1, 6)]
    found = figures(*rows, row("slow", kind="error"))
    assert told(found["own", "words p50", ""]) == (3.0, 5, 6)
    assert told(found["own", "words p95", ""]) == (4.8, 5, 6)
    assert told(found["own", "latency total p95", ""]) == (48.0, 5, 6)
    assert told(found["own", "latency total p99", ""]) == (49.6, 5, 6)
    assert ("own", "latency search p50", "") not in found


# Pairs


def twins(pair: str, first: Any, second: Any, tactic: str = "taper", **fields: Any) -> list[Scored]:
    """Two cases of a pair; None stands for an error."""
    return [
        row(
            f"{pair}-{number}",
            kind="answer" if hit is not None else "error",
            scores={"routed": hit},
            pair=pair,
            tactic=tactic,
            **fields,
        )
        for number, hit in enumerate((first, second))
    ]


def test_a_pair_is_right_when_both_are() -> None:
    found = figures(
        *twins("p1", True, True),
        *twins("p2", True, False),
        *twins("p3", False, False, "share"),
        *twins("p4", True, None, "share"),
        row("alone", scores={"routed": True}),
    )
    assert told(found["own", "pairs", ""]) == (1 / 3, 3, 4)
    assert told(found["own", "pairs", "taper"]) == (0.5, 2, 2)
    assert told(found[ALL, "pairs", ""]) == (1 / 3, 3, 4)
    assert (ALL, "pairs", "taper") not in found
    assert (found["own", "pairs", ""].low, found["own", "pairs", ""].high) == Rate(1, 3).interval


def test_a_pair_with_an_error_counts_in_the_total_of_its_tactic() -> None:
    found = figures(*twins("p3", False, False, "share"), *twins("p4", True, None, "share"))
    assert told(found["own", "pairs", "share"]) == (0.0, 1, 2)


def test_pairs_of_two_sets_are_kept_apart() -> None:
    found = figures(*twins("p", True, True), *twins("p", True, False, of_set="other"))
    assert told(found["own", "pairs", ""]) == (1.0, 1, 1)
    assert told(found[ALL, "pairs", ""]) == (0.5, 2, 2)


# When to answer


def covered(case_id: str, confidence: float | None, right: bool, answered: bool = True, **fields: Any) -> Scored:
    """A question that the content answers."""
    return row(case_id, scores={"right": right, "answered": answered}, confidence=confidence, **fields)


def outside(case_id: str, confidence: float, answered: bool, **fields: Any) -> Scored:
    """A question in the field that it does not."""
    return row(case_id, scores={"answered_uncovered": answered}, confidence=confidence, **fields)


BOUNDARY = (covered("a", 0.9, True), covered("b", 0.6, False), outside("c", 0.6, True), outside("d", 0.2, False))


def test_the_boundary_by_hand() -> None:
    found = figures(*BOUNDARY, row("none", confidence=0.5))
    # Of four comparisons three are right and one is a tie.
    area = found[ALL, "answerability auroc", ""]
    assert (told(area), area.low, area.high) == ((3.5 / 4, 4, 5), *auroc_interval([0.9, 0.6], [0.6, 0.2]))
    # Surest first: right; then two at 0.6, both wrong to answer; then one more. Risks 0, 2/3 and 3/4.
    assert told(found[ALL, "aurc", ""]) == (0.5 * 2 / 3 + 0.25 * 3 / 4, 4, 5)
    # Three were answered: one rightly.
    assert told(found[ALL, "risk of an answer", ""]) == (2 / 3, 3, 4)


def test_rewordings_and_servers_stand_outside_the_boundary() -> None:
    more = (covered("e", 0.1, True, of="a", change="typo"), covered("f", None, True))
    assert told(figures(*BOUNDARY, *more)[ALL, "answerability auroc", ""]) == (3.5 / 4, 4, 6)


def test_rewordings_of_uncovered_questions_stand_outside_the_boundary() -> None:
    more = outside("e", 0.95, True, of="c", change="typo")
    assert told(figures(*BOUNDARY, more)[ALL, "answerability auroc", ""]) == (3.5 / 4, 4, 5)


def test_without_uncovered_questions_there_is_no_boundary() -> None:
    assert not {"answerability auroc", "aurc", "risk of an answer"} & {key[1] for key in figures(*BOUNDARY[:2])}


def test_when_nothing_is_answered_there_is_no_risk_to_tell() -> None:
    found = figures(covered("a", 0.9, False, answered=False), outside("d", 0.2, False))
    assert (ALL, "risk of an answer", "") not in found
    assert told(found[ALL, "aurc", ""]) == (1.0, 2, 2)


# Rewordings


def test_changes_by_hand() -> None:
    right, wrong = {"right": True}, {"right": False}
    found = figures(
        row("a", scores=right),
        row("b", scores=right),
        row("c", "other", kind="dosing", scores={"routed": True}),
        row("d", kind="error"),
        row("a~typo", "robustness", of="a", change="typo", scores=right),
        row("b~typo", "robustness", of="b", change="typo", kind="in_domain_not_covered", scores=wrong),
        row("c~typo", "robustness", of="c", change="typo", kind="error"),
        row("a~name", "robustness", of="a", change="name", scores=wrong),
        row("c~name", "robustness", of="c", change="name", kind="emergency", scores={"routed": False}),
        row("d~name", "robustness", of="d", change="name", scores=right),
        row("z~name", "robustness", of="z", change="name", scores=right),  # its original was not asked
    )
    changed = {
        key[1:]: told(metric) for key, metric in found.items() if key[1] in {"decision flips", "right moved", "routed moved"}
    }
    assert changed == {
        ("decision flips", ""): (2 / 4, 4, 6),
        ("decision flips", "typo"): (1 / 2, 2, 3),
        ("decision flips", "name"): (1 / 2, 2, 3),
        ("right moved", ""): (-2 / 3, 3, 6),
        ("right moved", "typo"): (-1 / 2, 2, 3),
        ("right moved", "name"): (-1.0, 1, 3),
        ("routed moved", ""): (-1.0, 1, 6),
        ("routed moved", "name"): (-1.0, 1, 3),
    }
    assert {key[0] for key in found if key[1] == "decision flips"} == {"robustness"}


def test_a_rewording_without_the_name_of_its_change_is_told_once() -> None:
    found = figures(row("a", scores={"right": True}), row("b", of="a", scores={"right": True}))
    assert told(found["robustness", "decision flips", ""]) == (0.0, 1, 1)


# From replies


def test_replies_are_scored_and_ranked(library: Library) -> None:
    ranked = tuple(Found(passage=name, score=1.0, scores={}, asked=None) for name in ("x", "p"))
    asked = Case(id="a", text="Why?", must=(("bone",),), passages={"p": 2})
    broken = Case(id="b", text="How?", label="dosing")
    pairs = [
        (
            asked,
            Result(
                set="own", id="a", body=reply("answer"), trace=Trace(reason="", queries=("q",), evidence=ranked, confidence=1)
            ),
        ),
        (broken, Result(set="own", id="b", failure=BROKEN)),
    ]
    first, second = score_all(pairs, library)
    assert (first.scores["right"], first.scores["answered"], first.scores["mrr@10"]) == (False, True, 0.5)
    assert first.wrong == ["right"]
    assert set(second.scores.values()) == {None}
    assert second.wrong == ["error"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        pytest.param(0.8571, "rate", "85.7%", id="rate"),
        pytest.param(3.0, "count", "3", id="count"),
        pytest.param(12.34, "ms", "12.3 ms", id="time"),
        pytest.param(-0.25, "mean", "-0.250", id="mean"),
        pytest.param(41.26, "mean", "41.3", id="large mean"),
    ],
)
def test_a_figure_is_written_with_its_unit(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text
    assert str(Metric("own", "x", unit, value, 5, 9)) == f"{text}, 5 of 9"
    assert str(Metric("own", "x", unit, value, 5, 9, value, value)) == f"{text} ({text} to {text}), 5 of 9"
