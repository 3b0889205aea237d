"""Drawings: which stretch of a scale they show, where things lie on it, and that they say it in words."""

from __future__ import annotations

import pytest

from evals.report_charts import bins, histogram, interval_bar, risk_curve, round_up, window


@pytest.mark.parametrize(
    ("values", "unit", "bound", "ends"),
    [
        pytest.param([0.5], "rate", None, (0.5, 1.0), id="the narrowest stretch that holds all"),
        pytest.param([0.02, 0.9], "rate", None, (0.0, 1.0), id="a wide interval"),
        pytest.param([0.97, 1.0], "rate", 0.97, (0.95, 1.0), id="near to perfect"),
        pytest.param([0.7], "rate", 0.5, (0.0, 1.0), id="room on either side of the bound"),
        pytest.param([0.0], "rate", 0.0, (0.0, 0.05), id="a bound at the end of the scale"),
        pytest.param([-1e-18, 0.01], "rate", None, (0.0, 0.05), id="a rounding error below nothing"),
        pytest.param([0.0], "count", 0.0, (0.0, 1.0), id="nothing at all"),
        pytest.param([142.5], "ms", 200.0, (0.0, 250.0), id="milliseconds"),
        pytest.param([-0.2, 0.4], "mean", None, (-0.2, 0.45), id="below nothing"),
    ],
)
def test_a_bar_shows_the_stretch_that_holds_value_and_bound(values, unit, bound, ends):
    assert window(values, unit, bound) == pytest.approx(ends)


@pytest.mark.parametrize(("value", "above"), [(0.4, 0.4), (41, 45), (583, 600), (1.01, 1.5), (9.6, 10)])
def test_scales_end_at_round_numbers(value, above):
    assert round_up(value) == pytest.approx(above)


def test_a_bar_says_in_words_what_it_shows():
    made = interval_bar(0.762, 0.719, 0.8, "rate", at_least=0.8, passed=False)
    assert 'aria-label="76.2%, 95 % interval 71.9% to 80.0%, has to be at least 80.0%"' in made
    assert "polygon" in made
    assert "circle" not in made
    # From 50 % to 100 % over 240 units: the bound at 80 % is 144 from the left.
    assert f'<line x1="{10 + 144}" x2="{10 + 144}" y1="2"' in made


def test_every_time_is_in_one_bin_and_the_last_holds_the_slow_ones():
    spent = [float(each) for each in range(1, 100)] + [5_000.0]
    width, counts = bins(spent)
    assert sum(counts) == 100
    assert counts[-1] == sum(each >= width * (len(counts) - 1) for each in spent) == 1
    assert counts[0] == sum(each < width for each in spent)
    assert "p50 50.5 ms" in histogram(spent)


def test_the_curve_says_where_the_assistant_stands():
    made = risk_curve([(0.5, 0.0), (1.0, 0.25)], (0.8, 0.125))
    assert "at full coverage the risk is 25.0%; now 80% is answered and 12.5% of the answers is wrong" in made
    assert "now:" not in risk_curve([(1.0, 0.0)], None)
