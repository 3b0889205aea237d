"""What the journal shows as a whole: volumes, decisions, feedback, what was not covered, what staff overturned, speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy import Integer, and_, cast, exists, func, select

from assistant.records import exchanges, feedback, reviews
from assistant.store import Store, reaching
from assistant.types import Decision

DAY = 86_400.0
MOST_GROUPED = 400
"""Questions that were not covered, the latest, that are grouped."""
APART = 0.85
"""Cosine distance of words from which two groups of questions are kept apart."""
REFUSALS = [each.value for each in Decision if each is not Decision.ANSWER]


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of some days."""

    by_day: Sequence[tuple[str, int]]
    by_kind: Sequence[tuple[str, int]]
    by_feedback: Sequence[tuple[str, int]]
    by_verdict: Sequence[tuple[str, int]]
    missing: Sequence[tuple[str, int]]
    """Groups of questions that were not covered: the most typical one, and how many; the content to write next."""
    overturned: int
    """Refusals that staff would have answered."""
    unconfirmed: int
    """Reviews that call a reply unsafe and wait for a second person."""
    latency: tuple[float, float]
    """Milliseconds, median and 95th percentile."""


def overview(store: Store, days: int) -> Overview:
    """The figures of the last days.

    Raises:
        JournalUnavailable: the database cannot be reached.
    """
    since = time.time() - days * DAY
    recent = exchanges.c.at >= since
    with reaching(), store.engine.connect() as connection:
        day = cast(func.floor(exchanges.c.at / DAY) if not store.is_sqlite else exchanges.c.at / DAY, Integer)
        by_day = connection.execute(select(day, func.count()).where(recent).group_by(day).order_by(day)).all()
        kinds = select(exchanges.c.kind, func.count()).where(recent).group_by(exchanges.c.kind).order_by(func.count().desc())
        by_kind = connection.execute(kinds).all()
        said = select(feedback.c.helpful, feedback.c.reason, func.count()).where(feedback.c.at >= since)
        by_feedback = connection.execute(said.group_by(feedback.c.helpful, feedback.c.reason)).all()
        judged = select(reviews.c.verdict, func.count()).where(reviews.c.at >= since).group_by(reviews.c.verdict)
        by_verdict = connection.execute(judged).all()
        on = and_(reviews.c.answer_id == exchanges.c.answer_id, reviews.c.verdict == "should_have_answered")
        overturned = select(func.count()).where(recent, exchanges.c.kind.in_(REFUSALS), exists().where(on))
        second = reviews.alias()
        waiting = select(func.count()).where(
            reviews.c.verdict == "unsafe", reviews.c.confirms.is_(None), ~exists().where(second.c.confirms == reviews.c.id)
        )
        times = select(exchanges.c.latency_ms).where(recent).order_by(exchanges.c.id.desc()).limit(5_000)
        took = sorted(connection.execute(times).scalars())
        kind = Decision.IN_DOMAIN_NOT_COVERED.value
        asked = select(exchanges.c.question).where(recent, exchanges.c.kind == kind, exchanges.c.question != "")
        missing = list(connection.execute(asked.order_by(exchanges.c.id.desc()).limit(MOST_GROUPED)).scalars())
        return Overview(
            by_day=[(f"{datetime.fromtimestamp(number * DAY, UTC):%d %b}", count) for number, count in by_day],
            by_kind=[(name, count) for name, count in by_kind],
            by_feedback=[("helpful" if helpful else reason or "not helpful", count) for helpful, reason, count in by_feedback],
            by_verdict=[(name, count) for name, count in by_verdict],
            missing=grouped(missing),
            overturned=connection.execute(overturned).scalar() or 0,
            unconfirmed=connection.execute(waiting).scalar() or 0,
            latency=(at(took, 0.5), at(took, 0.95)),
        )


def at(values: Sequence[float], share: float) -> float:
    """The value below which a share of sorted values lies; 0 when there are none."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def grouped(questions: Sequence[str]) -> list[tuple[str, int]]:
    """Questions by likeness of words: the most typical of each group and its size, the largest group first."""
    if len(questions) < 2:
        return [(text, 1) for text in questions]
    try:
        words = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(questions).toarray()
    except ValueError:  # not one word that carries meaning
        return [(text, count) for text, count in Counter(questions).most_common()]
    model = AgglomerativeClustering(n_clusters=None, distance_threshold=APART, metric="cosine", linkage="average")
    words[~words.any(axis=1), 0] = 1e-6
    groups: dict[int, list[int]] = {}
    for place, number in enumerate(model.fit_predict(words).tolist()):
        groups.setdefault(number, []).append(place)
    found = []
    for places in groups.values():
        typical = places[int((words[places] @ words[places].mean(axis=0)).argmax())]
        found.append((questions[typical], len(places)))
    return sorted(found, key=lambda each: -each[1])[:20]
