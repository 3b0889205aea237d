"""Reading ahead: all that the steps embed of a question is embedded before they ask for it."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch

from assistant.pipeline import Assistant
from assistant.types import Question
from index.embed import SLACK, TOGETHER, WIDEST, Embed, alike, all_cores

STORY = "I knit socks for the market. My hands are stiff every morning. Is that the letrozole?"


@pytest.mark.parametrize(
    "question",
    [
        Question(STORY),
        Question("and for men?", ("Does anastrozole thin bones?",)),
        Question("why is that?", ("What is osteopenia?", "do many get it?")),
    ],
    ids=["story", "follow-up", "chain"],
)
def test_nothing_is_embedded_after_reading_ahead(assistant: Assistant, question: Question) -> None:
    embed = assistant.ahead.embed  # type: ignore[attr-defined]
    assistant.ahead(question)
    asked: list[str] = []
    plain = embed._pass
    embed._pass = lambda texts: asked.extend(texts) or plain(texts)
    try:
        assistant.answer(question)
    finally:
        del embed._pass
    assert asked == []


def test_a_text_read_in_a_group_is_the_same_as_alone() -> None:
    texts = ["stiff hands", "Why do my hands hurt in the morning?", STORY, "Are bones checked?"]
    together, alone = Embed(), Embed()
    together.ahead(texts)
    for text in texts:
        for one, other in zip(together.read(text), alone.read(text), strict=True):
            assert np.allclose(one, other, atol=1e-5)


def test_a_group_holds_texts_of_like_length() -> None:
    groups = alike(["a" * length for length in (5, 400, 20, 90, 95, 1_000, *range(100, 140))])
    assert sorted(len(text) for group in groups for text in group) == sorted((5, 400, 20, 90, 95, 1_000, *range(100, 140)))
    for group in groups:
        assert len(group) <= TOGETHER
        assert len(group[-1]) <= WIDEST * len(group[0]) + SLACK


def test_texts_are_shared_out_between_passes_but_none_is_empty() -> None:
    texts = ["a" * length for length in (90, 95, 100, 105)]
    assert [len(group) for group in alike(texts, 2)] == [2, 2]
    assert sorted(text for group in alike(texts, 3) for text in group) == texts
    assert alike(["one"], 4) == [["one"]]
    assert alike([], 4) == []


def test_passes_side_by_side_give_what_one_gives() -> None:
    texts = ["Why do my hands hurt in the morning?", "Are bones checked on this treatment?", "stiff hands", STORY]
    several, one = Embed(), Embed()
    several._passes, one._passes = 4, 1
    several.ahead(texts)
    one.ahead(texts)
    for text in texts:
        assert np.allclose(several.read(text).vector, one.read(text).vector, atol=1e-5)


def test_every_core_is_used_only_meanwhile() -> None:
    Embed()
    with all_cores():
        assert torch.get_num_threads() == os.cpu_count()
    assert torch.get_num_threads() == 1


def test_a_forgotten_text_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Embed, "remembered", 0)
    assert Embed().read("stiff hands").vector.shape == (384,)
