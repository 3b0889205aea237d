"""Ranking by hand, and by ir-measures."""

from __future__ import annotations

from math import log2
from typing import Any

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cases import Case
from evals.results import Failure, Found, Result, Trace
from evals.retrieval import MEASURES, judged, retrieval_scores


def case(grades: dict[str, int], **fields: Any) -> Case:
    """A case with judged passages."""
    return Case(**{"id": "own-1", "text": "Why?", "must": [["x"]], "passages": grades} | fields)


def result(*ranked: str, name: str = "own", case_id: str = "own-1", score: float = 1.0) -> Result:
    """A result whose search offered these passages, the best first, all with the same score."""
    evidence = tuple(Found(passage=passage, score=score, scores={}, asked=None) for passage in ranked)
    return Result(
        set=name,
        id=case_id,
        trace=Trace(reason="by hand", queries=("Why?",), evidence=evidence, confidence=1.0 if ranked else 0.0),
    )


def scores(grades: dict[str, int], *ranked: str) -> dict[str, float]:
    """The measures of one case."""
    return dict(retrieval_scores([(case(grades), result(*ranked))])["own", "own-1"])


FULL = {"recall@1": 1.0, "recall@5": 1.0, "recall@10": 1.0, "success@1": 1.0, "mrr@10": 1.0, "ndcg@10": 1.0, "precision@5": 0.2}


@pytest.mark.parametrize(
    ("grades", "ranked", "expected"),
    [
        pytest.param({"p": 2}, ["p", "x", "y"], FULL, id="the one passage stands first"),
        pytest.param({"p": 2}, ["x", "y"], dict.fromkeys(FULL, 0.0), id="it is not offered"),
        pytest.param(
            {"p": 2, "q": 2, "h": 1, "n": 0},
            ["n", "h", "p", "unjudged", "q"],
            {
                "recall@1": 0.0,
                "recall@5": 1.0,
                "recall@10": 1.0,
                "success@1": 0.0,
                "mrr@10": 1 / 3,
                "precision@5": 3 / 5,
                # Gains 1, 2, 2 on ranks 2, 3, 5 against the ideal 2, 2, 1 on ranks 1, 2, 3.
                "ndcg@10": (1 / log2(3) + 2 / log2(4) + 2 / log2(6)) / (2 + 2 / log2(3) + 1 / log2(4)),
            },
            id="graded, with passages that nobody judged",
        ),
        pytest.param(
            {"p": 2, "q": 2},
            ["p", *"abcd", "q"],
            {
                "recall@1": 0.5,
                "recall@5": 0.5,
                "recall@10": 1.0,
                "precision@5": 0.2,
                "ndcg@10": (2 + 2 / log2(7)) / (2 + 2 / log2(3)),
            },
            id="the second on rank six",
        ),
        pytest.param(
            {"p": 2},
            [*"abcdefghij", "p"],
            {"recall@10": 0.0, "mrr@10": 0.0, "ndcg@10": 0.0, "success@1": 0.0},
            id="rank eleven is too late",
        ),
        pytest.param({"p": 2, "h": 1}, ["h", "p"], {"success@1": 0.0, "mrr@10": 0.5, "precision@5": 0.4}, id="help is no answer"),
    ],
)
def test_a_ranking_by_hand(grades: dict[str, int], ranked: list[str], expected: dict[str, float]) -> None:
    found = scores(grades, *ranked)
    assert set(found) == set(MEASURES)
    assert {name: found[name] for name in expected} == pytest.approx(expected)


@settings(deadline=None)
@given(st.permutations(["a", "b", "c", "d", "e", "f"]), st.lists(st.sampled_from([0, 1, 2]), min_size=6, max_size=6))
def test_ir_measures_agrees(ranked: list[str], grades: list[int]) -> None:
    judgements = {**dict(zip("abcdef", grades, strict=True)), "elsewhere": 2}
    run = {"q": {passage: 100.0 - rank for rank, passage in enumerate(ranked)}}
    theirs = ir_measures.calc_aggregate(list(MEASURES.values()), {"q": judgements}, run)
    assert scores(judgements, *ranked) == pytest.approx({name: theirs[measure] for name, measure in MEASURES.items()})


def test_the_rank_counts_where_scores_tie() -> None:
    assert scores({"a": 2}, "a", "z")["mrr@10"] == 1.0
    assert scores({"z": 2}, "a", "z")["mrr@10"] == 0.5


def test_cases_of_several_sets_are_kept_apart() -> None:
    found = retrieval_scores(
        [
            (case({"p": 2}), result("p", name="one")),
            (case({"p": 2}), result("x", "p", name="two")),
            (case({"p": 2}, id="own-2"), result("x", "x2", "p", name="two", case_id="own-2")),
        ]
    )
    assert {key: measures["mrr@10"] for key, measures in found.items()} == {
        ("one", "own-1"): 1.0,
        ("two", "own-1"): 0.5,
        ("two", "own-2"): pytest.approx(1 / 3),
    }


@pytest.mark.parametrize(
    ("grades", "reply"),
    [
        pytest.param({}, result("p"), id="nothing was judged"),
        pytest.param({"p": 1, "q": 0}, result("p"), id="no passage answers"),
        pytest.param({"p": 2}, Result(set="own", id="own-1"), id="a server shows no trace"),
        pytest.param(
            {"p": 2}, Result(set="own", id="own-1", failure=Failure(kind="ValueError", message="broken")), id="there is no reply"
        ),
        pytest.param(
            {"p": 2},
            Result(set="own", id="own-1", trace=Trace(reason="a rule", queries=(), evidence=(), confidence=None)),
            id="the screen stopped it, so nothing was searched",
        ),
    ],
)
def test_what_cannot_be_scored_is_left_out(grades: dict[str, int], reply: Result) -> None:
    assert not judged(case(grades), reply)
    assert retrieval_scores([(case(grades), reply)]) == {}


def test_a_search_that_finds_nothing_has_missed() -> None:
    assert scores({"p": 2})["recall@10"] == 0.0


def test_success_is_a_rate() -> None:
    assert scores({"p": 2}, "p")["success@1"] is True
