"""What a retriever is worth is measured by leaving it out."""

from __future__ import annotations

import pytest

from assistant.pipeline import Assistant
from assistant.types import Decision, Question, Verdict
from evals.ablation import RETRIEVERS, VARIANTS, judged_cases, place, without
from index.search import Weights


def test_only_what_is_left_out_counts_for_nothing() -> None:
    weights = Weights()
    bare = without(weights, ("sentence", "keyword"))
    assert (bare.sentence, bare.keyword) == (0.0, 0.0)
    assert (bare.question, bare.passage, bare.population) == (weights.question, weights.passage, weights.population)
    with pytest.raises(ValueError, match="no retriever has the weight level"):
        without(weights, ("level",))


def test_every_variant_leaves_out_retrievers_and_leaves_one_in() -> None:
    assert VARIANTS[0] == ("all", ())
    assert all(set(left_out) < set(RETRIEVERS) for _, left_out in VARIANTS)


def test_the_place_is_that_of_the_first_passage_that_answers(assistant: Assistant) -> None:
    case = judged_cases()[0]
    query = assistant.rewrite(Question(case.text or ""), Verdict(Decision.ANSWER, ""))
    evidence = assistant.search(query)
    at = place(case, evidence)
    assert at == len(evidence) or case.passages[evidence[at].passage.id] == 2
    assert all(case.passages.get(found.passage.id) != 2 for found in evidence[:at])
