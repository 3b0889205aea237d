"""Fits what ranks passages, what ranks sentences and what decides whether a question is covered, on questions never trained on.

The index that is searched here lacks every question of folds 0 and 1, so that each of them is as new to it as a patient's
would be. Fold 0 is fitted on; the figures are of fold 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from assistant.answerability import Answerability
from assistant.extractive import Shape, Worth, signs
from assistant.fitted import FITTED, UNFITTED, Fitted
from assistant.heads import load_heads
from assistant.rewrite import Rewriter
from assistant.screen.examples import fold_of
from assistant.train.lessons import read_follow_ups, read_not_covered
from assistant.types import Decision, Question, Verdict
from corpus.library import BIBLIOGRAPHY, Library
from index.build import build_index
from index.embed import Embed
from index.found import Found
from index.layers import layers_hash
from index.lexicon import Lexicon
from index.opening import open_search
from index.search import Evidence, Query, Search, Weights
from index.settings import IndexSettings

Matrix = NDArray[np.float64]
PENALTY = 0.02
"""Pull of the weights towards nothing."""
REFUSED = 0.02
"""Share of covered questions that may be called not covered."""
HELD = (0, 1)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that nothing was trained on, with what the retrievers found for it."""

    fold: int
    query: Query
    found: Found
    passages: tuple[str, ...]
    """Those that answer; none if the content does not."""
    sentences: tuple[str, ...]


def fit(library: Library, settings: IndexSettings, say: Say) -> Fitted:
    """Fit everything, write it into the package and say how good it is on the other part."""
    lexicon, embed, heads = Lexicon(library), Embed(), load_heads(layers_hash())
    search = search_apart(library, settings, embed)
    asked = list(collect(library, search, Rewriter(lexicon)))
    ranking = fit_ranking(search, [each for each in asked if each.fold == 0 and each.passages])
    answerability = UNFITTED.answerability_with(search.library, heads, embed.read, lexicon)
    ranked = [(each, search.rank(each.query, each.found, ranking)) for each in tqdm(asked, desc="Ranking", unit="question")]
    worth = fit_worth([pair for pair in ranked if pair[0].fold == 0 and pair[0].sentences])
    judged = [pair for pair in ranked if plain(pair[0], library)]
    weights, least = fit_answerability(answerability, [pair for pair in judged if pair[0].fold == 0])
    fitted = Fitted(
        ranking={name: round(value, 4) for name, value in asdict(ranking).items()},
        worth={name: round(value, 4) for name, value in asdict(worth).items()},
        answerability=tuple(round(value, 4) for value in weights),
        least=round(least, 4),
    )
    FITTED.write_text(fitted.model_dump_json(indent=1) + "\n", "utf-8")
    final = replace(answerability, weights=fitted.answerability, least=fitted.least)
    for line in report([pair for pair in ranked if pair[0].fold == 1], [pair for pair in judged if pair[0].fold == 1], final):
        say(line)
    return fitted


def search_apart(library: Library, settings: IndexSettings, embed: Embed) -> Search:
    """A search over the content without the questions of the folds that are held apart."""
    known = tuple(question for question in library.questions if fold_of(question.text) not in HELD)
    apart = replace(library, questions=known, version=f"{library.version}-apart")
    folder = settings.model_copy(update={"directory": settings.directory / "fit"})
    build_index(apart, folder, embed.many)
    return open_search(apart, folder, embed)


def collect(library: Library, search: Search, rewrite: Rewriter) -> Iterator[Asked]:
    """Every question of the folds that are held apart."""
    verdict = Verdict(Decision.ANSWER, "")
    held: list[tuple[int, Question, tuple[str, ...], tuple[str, ...]]] = []
    for each in library.questions:
        held.append((fold_of(each.text), Question(each.text), (each.passage,), each.answer))
    held += [(each.fold, Question(each.text), (), ()) for each in read_not_covered()]
    held += [(each.fold, each.question, each.passages, ()) for each in read_follow_ups()]
    for fold, question, passages, sentences in tqdm([each for each in held if each[0] in HELD], desc="Asking", unit="question"):
        query = rewrite(question, verdict)
        yield Asked(fold, query, search.find(query), passages, sentences)


def plain(asked: Asked, library: Library) -> bool:
    """Whether a question says something of answerability: one on a bibliography entry names it and would be too easy."""
    return not asked.passages or library.passage(asked.passages[0]).page != BIBLIOGRAPHY


def fit_ranking(search: Search, asked: Sequence[Asked]) -> Weights:
    """The weights under which the passage that answers is the likeliest of all that were found."""
    groups = []
    for each in asked:
        candidates = search.candidates(each.query, each.found)
        right = np.array([candidate.name in each.passages for candidate in candidates])
        if right.any():
            groups.append((np.array([candidate.features for candidate in candidates]), right))
    weights = choose(groups, len(fields(Weights)))
    weights /= weights[:4].sum()  # only their proportions matter; so scores stay near cosines
    return Weights(*weights.tolist())


def fit_worth(ranked: Sequence[tuple[Asked, Sequence[Evidence]]]) -> Worth:
    """The weights under which a sentence that answers is the likeliest of those of the best passages."""
    groups = []
    for each, evidence in ranked:
        best = evidence[: Shape().passages]
        offers = [(found, number) for found in best for number in range(len(found.passage.sentences))]
        right = np.array([found.passage.sentences[number] in each.sentences for found, number in offers])
        if right.any() and not right.all():
            groups.append((np.array([signs(each.query, found, number, found is best[0]) for found, number in offers]), right))
    return Worth(*choose(groups, len(fields(Worth))).tolist())


def choose(groups: Sequence[tuple[Matrix, Any]], size: int) -> Matrix:
    """Weights, none negative, of a conditional logit: in each group something right has to be likelier than all else."""

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = PENALTY * len(groups) * float(weights @ weights) / 100, PENALTY * len(groups) * 2 * weights / 100
        for rows, right in groups:
            scores = rows @ weights
            every, good = logsumexp(scores), logsumexp(scores[right])
            total += every - good
            slope = slope + rows.T @ np.exp(scores - every) - rows[right].T @ np.exp(scores[right] - good)
        return total, slope

    best = minimize(loss, np.full(size, 1.0), jac=True, method="L-BFGS-B", bounds=[(0, 60)] * size)
    found: Matrix = best.x
    return found


def fit_answerability(
    answerability: Answerability, ranked: Sequence[tuple[Asked, Sequence[Evidence]]]
) -> tuple[tuple[float, ...], float]:
    """The weights that tell covered questions from others, both kinds counting alike, and the least that loses few of them."""
    rows = np.array([answerability.features(each.query, evidence) for each, evidence in ranked])
    covered = np.array([bool(each.passages) for each, _ in ranked])
    middle, spread = rows.mean(axis=0), rows.std(axis=0)  # all features are of one size for the penalty, and then of their own
    model = LogisticRegression(C=0.3, class_weight="balanced", max_iter=1_000).fit((rows - middle) / spread, covered)
    slopes = model.coef_[0] / spread
    weights = (*slopes.tolist(), float(model.intercept_[0] - slopes @ middle))
    likely = np.array([replace(answerability, weights=weights).likely(row) for row in rows.tolist()])
    return weights, float(np.quantile(likely[covered], REFUSED))


def report(
    ranked: Sequence[tuple[Asked, Sequence[Evidence]]],
    judged: Sequence[tuple[Asked, Sequence[Evidence]]],
    answerability: Answerability,
) -> Iterator[str]:
    """Figures of questions that nothing was trained or fitted on."""
    places = []
    for each, evidence in ranked:
        if each.passages:
            names = [found.passage.id for found in evidence]
            places.append(min((names.index(name) for name in each.passages if name in names), default=len(names)))
    counts = np.array(places)
    yield f"{len(counts)} covered questions: " + ", ".join(
        f"passage among the first {size}: {(counts < size).mean():.3f}" for size in (1, 3, 5)
    )
    said = [(bool(each.passages), answerability(each.query, evidence)) for each, evidence in judged]
    yes, no = [one for covered, one in said if covered], [one for covered, one in said if not covered]
    area = roc_auc_score([1] * len(yes) + [0] * len(no), [one.likely for one in (*yes, *no)])
    lost, wrong = sum(not one.enough for one in yes) / len(yes), sum(one.enough for one in no) / len(no)
    yield f"{len(yes)} covered, {len(no)} not: AUROC {area:.3f}; covered, refused {lost:.3f}; not covered, answered {wrong:.3f}"
