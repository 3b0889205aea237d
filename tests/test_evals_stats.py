"""Numbers: against published values, by hand, and against other libraries."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from evals.stats import Rate, aurc, auroc, auroc_interval, cluster_interval, mcnemar, paired_p, percentile, risk_coverage

SCORES = st.lists(st.integers(0, 6).map(lambda tenths: tenths / 10), min_size=1, max_size=25)


# Rates


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="Newcombe 81 of 263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="Newcombe 15 of 148"),
        pytest.param(0, 20, 0.0, 0.1611, id="Newcombe none of 20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="Newcombe one of 29"),
        pytest.param(60, 60, 0.9398, 1.0, id="a perfect sixty"),
        pytest.param(0, 60, 0.0, 0.0602, id="no failure in sixty"),
        pytest.param(1, 1, 0.2065, 1.0, id="one of one"),
    ],
)
def test_the_interval_is_that_of_wilson(hits: int, total: int, low: float, high: float) -> None:
    assert Rate(hits, total).interval == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_follows_its_formula_and_holds_the_share(counts: tuple[int, int]) -> None:
    hits, total = counts
    z, share = 1.959964, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    low, high = Rate(hits, total).interval
    assert (low, high) == pytest.approx((max(0.0, middle - half), min(1.0, middle + half)), abs=1e-5)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_a_rate_is_written_with_its_interval() -> None:
    assert str(Rate(8, 10)) == "8/10 = 80.0% (95 % 49.0% to 94.3%)"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([4, 1, 3, 2], 50, 2.5, id="median of four"),
        pytest.param([10, 20, 30], 95, 29.0, id="between two values"),
        pytest.param([7], 99, 7.0, id="one value"),
        pytest.param([1, 2, 3], 0, 1.0, id="least"),
        pytest.param([1, 2, 3], 100, 3.0, id="greatest"),
    ],
)
def test_percentiles(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == pytest.approx(expected)


# Means


def test_variants_of_one_question_are_not_independent() -> None:
    values = [float(number % 2) for number in range(20) for _ in range(4)]
    low, high = cluster_interval(values, [number for number in range(20) for _ in range(4)])
    alone_low, alone_high = cluster_interval(values, range(80))
    # The standard error grows by the square root of the four variants of each question.
    assert (high - low) / (alone_high - alone_low) == pytest.approx(2.0, abs=0.2)
    assert low < alone_low < 0.5 < alone_high < high


def test_copies_of_every_case_add_no_certainty() -> None:
    once = [float(number % 3 == 0) for number in range(30)]
    assert cluster_interval(once * 5, [*range(30)] * 5) == pytest.approx(cluster_interval(once, range(30)))


@pytest.mark.parametrize(
    ("values", "clusters", "expected"),
    [
        pytest.param([0.2, 0.4], ["a", "a"], (0.3, 0.3), id="one question has no spread"),
        pytest.param([0.7, 0.7, 0.7], ["a", "b", "c"], (0.7, 0.7), id="the same everywhere"),
        pytest.param([0, 0, 1, 1], ["a", "a", "b", "b"], (0.0, 1.0), id="two questions, both drawn alone at times"),
        pytest.param([0, 1, 1, 1], ["a", "b", "b", "b"], (0.0, 1.0), id="questions of unequal size"),
    ],
)
def test_the_interval_of_a_mean(values: list[float], clusters: list[str], expected: tuple[float, float]) -> None:
    assert cluster_interval(values, clusters) == pytest.approx(expected)


def test_the_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = [float(number % 4 == 0) for number in range(400)]
    half = 1.96 * sqrt(0.25 * 0.75 / 400)
    assert cluster_interval(values, range(400)) == pytest.approx((0.25 - half, 0.25 + half), abs=0.006)


def test_the_bootstrap_is_seeded() -> None:
    values = [0.1, 0.9, 0.35, 0.77, 0.2, 0.64]
    assert cluster_interval(values, range(6)) == cluster_interval(values, range(6))
    assert cluster_interval(values, range(6), seed=1) != cluster_interval(values, range(6), seed=2)


# Two versions


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [
        # Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91.
        pytest.param(6, 16, 0.0525, id="exact test of the textbook table 59, 6, 16, 80"),
        pytest.param(1, 9, 22 / 1024, id="one against nine"),
        pytest.param(9, 1, 22 / 1024, id="the other way round"),
        pytest.param(0, 5, 2 / 32, id="none against five"),
        pytest.param(3, 3, 1.0, id="as many"),
        pytest.param(0, 0, 1.0, id="no difference at all"),
    ],
)
def test_mcnemar(only_first: int, only_second: int, p: float) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(p, abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [
        pytest.param([1, 1, 1], [0, 0, 0], 2 / 8, id="all three better"),
        pytest.param([1] * 5, [0] * 5, 2 / 32, id="all five better"),
        pytest.param([0] * 5, [1] * 5, 2 / 32, id="all five worse"),
        pytest.param([1, 0], [0, 1], 1.0, id="one each way"),
        pytest.param([0.5, 0.25], [0.5, 0.25], 1.0, id="the same"),
        # The differences 4, 3, 2 and -1 sum to 8; of the 16 changes of sign, two reach 8 and two -8.
        pytest.param([4, 3, 2, 0], [0, 0, 0, 1], 4 / 16, id="differences of several sizes"),
    ],
)
def test_the_permutation_test_by_hand(first: list[float], second: list[float], p: float) -> None:
    assert paired_p(first, second) == pytest.approx(p)


def test_the_permutation_test_is_seeded() -> None:
    first = [(number * 37 % 101) / 100 for number in range(60)]
    second = [(number * 53 % 97) / 100 + 0.05 for number in range(60)]
    assert paired_p(first, second) == paired_p(first, second)
    assert 0.0 < paired_p(first, second) < 1.0


# Confidences


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [
        pytest.param([0.9, 0.6], [0.6, 0.2], 3.5 / 4, id="one tie of four"),
        pytest.param([0.9], [0.1], 1.0, id="told apart"),
        pytest.param([0.1], [0.9], 0.0, id="the wrong way round"),
        pytest.param([0.5, 0.5], [0.5], 0.5, id="all alike"),
        pytest.param([0.8, 0.4, 0.4], [0.4, 0.5], (2 + 0.5 + 0.5) / 6, id="two ties of six"),
        pytest.param([], [0.5], None, id="no positive"),
        pytest.param([0.5], [], None, id="no negative"),
    ],
)
def test_auroc_by_hand(positive: list[float], negative: list[float], area: float | None) -> None:
    assert auroc(positive, negative) == (None if area is None else pytest.approx(area))


@settings(deadline=None)
@given(SCORES, SCORES)
def test_auroc_is_that_of_another_library(positive: list[float], negative: list[float]) -> None:
    truth = [1] * len(positive) + [0] * len(negative)
    assert auroc(positive, negative) == pytest.approx(roc_auc_score(truth, [*positive, *negative]))


def test_the_interval_of_auroc_holds_it_and_is_seeded() -> None:
    positive, negative = [number / 20 for number in range(6, 20)], [number / 20 for number in range(0, 14)]
    low, high = auroc_interval(positive, negative)
    assert 0.5 < low < (auroc(positive, negative) or 0.0) < high <= 1.0
    assert auroc_interval(positive, negative) == (low, high)
    assert auroc_interval([0.9], [0.1]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("confidences", "wrong", "points", "area"),
    [
        # 0.25 of coverage at risk 0, 0.5 more at 1/3, the last 0.25 at 1/2.
        pytest.param(
            [0.8, 0.9, 0.1, 0.8],
            [True, False, True, False],
            [(0.25, 0.0), (0.75, 1 / 3), (1.0, 0.5)],
            0.5 / 3 + 0.25 / 2,
            id="a tie is one point",
        ),
        pytest.param([0.9, 0.1], [False, True], [(0.5, 0.0), (1.0, 0.5)], 0.25, id="the unsure one is wrong"),
        pytest.param([0.9, 0.1], [True, False], [(0.5, 1.0), (1.0, 0.5)], 0.75, id="the sure one is wrong"),
        pytest.param([0.5, 0.5], [True, False], [(1.0, 0.5)], 0.5, id="nothing tells them apart"),
        pytest.param([0.3, 0.2], [False, False], [(0.5, 0.0), (1.0, 0.0)], 0.0, id="all right"),
        pytest.param([], [], [], None, id="nothing"),
    ],
)
def test_risk_and_coverage_by_hand(
    confidences: list[float], wrong: list[bool], points: list[tuple[float, float]], area: float | None
) -> None:
    found = risk_coverage(confidences, wrong)
    assert [part for point in found for part in point] == pytest.approx([part for point in points for part in point])
    assert aurc(found) == (None if area is None else pytest.approx(area))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.booleans()), min_size=1, max_size=20))
def test_full_coverage_has_the_share_of_errors(rows: list[tuple[float, bool]]) -> None:
    confidences, wrong = [row[0] for row in rows], [row[1] for row in rows]
    assert risk_coverage(confidences, wrong)[-1] == (1.0, pytest.approx(sum(wrong) / len(wrong)))
    assert risk_coverage(confidences[::-1], wrong[::-1]) == risk_coverage(confidences, wrong)
