"""How well the search ranks: judged passages against what was offered, by ir-measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ir_measures
from ir_measures import RR, P, R, ScoredDoc, Success, nDCG
from ir_measures import Qrel as Judgement

from evals.cases import Case
from evals.results import Result

MEASURES = {
    "recall@1": R(rel=2) @ 1,
    "recall@5": R(rel=2) @ 5,
    "recall@10": R(rel=2) @ 10,
    "precision@5": P(rel=1) @ 5,
    "success@1": Success(rel=2) @ 1,
    "mrr@10": RR(rel=2) @ 10,
    "ndcg@10": nDCG @ 10,
}
"""A passage judged 2 answers the question; nDCG also counts those judged 1, which help."""


def judged(case: Case, result: Result) -> bool:
    """Whether retrieval can be scored: a reader judged passages, one of them answers, and the search ran."""
    return 2 in case.passages.values() and result.trace is not None and result.trace.confidence is not None


def retrieval_scores(pairs: Iterable[tuple[Case, Result]]) -> Mapping[tuple[str, str], Mapping[str, float | bool]]:
    """Measures by set and case, for the cases that can be scored."""
    judgements: list[Judgement] = []
    offered: list[ScoredDoc] = []
    names: dict[str, tuple[str, str]] = {}
    for case, result in pairs:
        if not judged(case, result) or result.trace is None:
            continue
        name = f"{result.set}/{case.id}"
        names[name] = result.key
        judgements += [Judgement(name, passage, grade) for passage, grade in case.passages.items()]
        # The rank is what was decided; scores can tie, and the measures would then break ties their own way.
        offered += [ScoredDoc(name, found.passage, -float(rank)) for rank, found in enumerate(result.trace.evidence)]
    found: dict[tuple[str, str], dict[str, float | bool]] = {key: {} for key in names.values()}
    if names:
        labels = {measure: label for label, measure in MEASURES.items()}
        for metric in ir_measures.iter_calc(list(labels), judgements, offered):
            label = labels[metric.measure]
            found[names[metric.query_id]][label] = bool(metric.value) if label.startswith("success") else metric.value
    return found
