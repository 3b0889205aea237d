"""Heat maps: what is taken together, what comes first, and how bad a value is."""

from __future__ import annotations

import pytest

from evals.metrics import Metric
from evals.report_groups import badness, heat_maps, merged


def rate(group, value, scored, low, high, set_="own", name="routed"):
    return Metric(set_, name, "rate", value, scored, scored, low, high, group)


def test_groups_that_differ_in_manner_are_taken_together():
    (found,) = merged([rate("chest pain; terse", 1.0, 1, 0.2, 1.0), rate("chest pain; plain", 0.0, 3, 0.0, 0.5)])
    assert (found.group, found.value, found.scored) == ("chest pain", 0.25, 4)
    assert (round(found.low, 3), round(found.high, 3)) == (0.046, 0.699)  # Wilson, 1 of 4
    (alone,) = merged([rate("sport", 0.5, 2, 0.1, 0.9)])
    assert (alone.low, alone.high) == (0.1, 0.9)


def test_what_is_surely_bad_comes_first():
    many, one = rate("many", 0.5, 20, 0.3, 0.7), rate("one", 0.0, 1, 0.0, 0.79)
    (found,) = heat_maps([one, many], set())
    assert found.worst_first() == ["many", "one"]


@pytest.mark.parametrize(
    ("name", "value", "bad"),
    [
        ("routed", 0.75, 0.25), ("over_refused", 0.75, 0.75), ("decision flips", 0.1, 0.1), ("right moved", -0.2, 0.2),
        ("right moved", 0.2, 0.0),
    ],
)  # fmt: skip
def test_how_bad_a_value_is_follows_from_its_meaning(name, value, bad):
    assert badness(name, value) == pytest.approx(bad)
