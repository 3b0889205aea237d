"""Two readings of one message are searched as one."""

from __future__ import annotations

import numpy as np

from index.found import Found, Hits, Texts


def test_hits_of_two_readings_are_mixed_and_what_one_missed_is_at_its_floor() -> None:
    one = Hits({"a": {0: 0.9, 2: 0.5}}, 0.4, 0.9)
    other = Hits({"a": {0: 0.5}, "b": {1: 0.8}}, 0.2, 0.8)
    mixed = one.mixed(other, 0.25)
    assert {name: {number: round(value, 6) for number, value in hits.items()} for name, hits in mixed.found.items()} == {
        "a": {0: 0.8, 2: 0.425},
        "b": {1: 0.5},
    }
    assert (round(mixed.floor, 6), round(mixed.top, 6)) == (0.35, 0.875)
    assert one.mixed(other, 0.0).of("a") == 0.9


def test_keyword_scores_are_scaled_before_they_are_mixed() -> None:
    strong, weak = Hits({"a": {0: 12.0, 1: 6.0}}, 6.0, 12.0), Hits({"b": {0: 2.0}}, 2.0, 2.0)
    near = np.array([0.2, 0.6], np.float32)
    one, other = (Found((), hits, hits, near * size, near, near) for hits, size in ((strong, 1), (weak, 2)))
    mixed = one.mixed(other, 0.5)
    assert mixed.keywords.found == {"a": {0: 0.5, 1: 0.25}, "b": {0: 0.5}}
    assert np.allclose(mixed.each, near * 1.5)
    assert np.allclose(mixed.passage, near)


def test_the_passages_with_the_nearest_sentences_are_named_the_nearest_first() -> None:
    vectors = np.eye(3, dtype=np.float32)
    texts = Texts({"a": 0, "b": 1, "c": 2}, vectors, vectors, np.array([0, 1, 2, 3]))
    assert texts.nearest(np.array([0.1, 0.9, 0.5]), 2) == ["b", "c"]
