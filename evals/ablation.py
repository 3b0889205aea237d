"""What each retriever is worth: the judged questions ranked again with some of them left out, their weights unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tqdm import tqdm

from assistant.fitted import read_fitted
from assistant.rewrite import Rewriter
from assistant.types import Decision, Question, Verdict
from corpus.library import read_library
from evals.cases import SETS, Case, read_cases
from evals.stats import Rate
from index.embed import Embed
from index.lexicon import Lexicon
from index.opening import open_search
from index.search import Evidence, Weights
from index.settings import IndexSettings

RETRIEVERS = ("question", "questions", "sentence", "passage", "keyword")
"""The weights that stand for a retriever."""
AMONG = 5
"""How many passages an answer may draw on."""
VARIANTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("all", ()),
    ("without anticipated questions", ("question", "questions")),
    ("without sentences", ("sentence",)),
    ("without whole passages", ("passage",)),
    ("without keywords", ("keyword",)),
    ("anticipated questions alone", ("sentence", "passage", "keyword")),
    ("sentences alone", ("question", "questions", "passage", "keyword")),
    ("whole passages alone", ("question", "questions", "sentence", "keyword")),
    ("keywords alone", ("question", "questions", "sentence", "passage")),
)
"""What is tried, with the weights that are set to nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """How well one variant ranks."""

    name: str
    first: Rate
    """A passage that answers stands first."""
    among: Rate
    """One stands among the first five."""

    def __str__(self) -> str:
        return f"{self.name}: first {self.first}, among {AMONG} {self.among}"


def judged_cases() -> list[Case]:
    """The questions of the test set for which a reader said which passages answer."""
    return [case for case in read_cases(SETS / "answerable.jsonl") if 2 in case.passages.values()]


def without(weights: Weights, names: Sequence[str]) -> Weights:
    """Weights with some of them set to nothing.

    Raises:
        ValueError: a name is none of a retriever's.
    """
    if strange := set(names) - set(RETRIEVERS):
        raise ValueError(f"no retriever has the weight {', '.join(sorted(strange))}")
    return replace(weights, **dict.fromkeys(names, 0.0))


def place(case: Case, evidence: Sequence[Evidence]) -> int:
    """How many passages stand before the first one that answers."""
    names = [found.passage.id for found in evidence]
    return next((number for number, name in enumerate(names) if case.passages.get(name) == 2), len(names))


def ablation() -> Iterator[Line]:
    """A line for each variant."""
    library, settings = read_library(), IndexSettings()
    search = open_search(library, settings, Embed(settings.model, settings.threads), read_fitted().weights)
    rewrite, verdict = Rewriter(Lexicon(library)), Verdict(Decision.ANSWER, "")
    places: dict[str, list[int]] = {name: [] for name, _ in VARIANTS}
    for case in tqdm(judged_cases(), desc="Ranking", unit="question"):
        query = rewrite(Question(case.text or ""), verdict)
        found = search.find(query)
        for name, left_out in VARIANTS:
            places[name].append(place(case, search.rank(query, found, without(search.weights, left_out))))
    for name, stood in places.items():
        yield Line(name, *(Rate(sum(at < size for at in stood), len(stood)) for size in (1, AMONG)))
