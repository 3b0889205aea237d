"""A polite message is read like a blunt one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screen.conversation import read_message
from assistant.screen.courtesy import without_courtesy


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hello, I hope this finds you well. Why do my joints ache?", "Why do my joints ache?"),
        ("Dear team, could you tell me what a DXA is? Many thanks in advance", "what a DXA is?"),
        ("Sorry to trouble you again - chest hurts", "chest hurts"),
        ("hey, may I ask: is soy ok? ta!", "is soy ok?"),
        ("hello my husband collapsed", "my husband collapsed"),
        ("excuse me, but should I stop it, please", "should I stop it"),
        ("I was wondering if it is safe", "I was wondering if it is safe"),
        ("Hi", "Hi"),
        ("thanks so much, bye", "thanks so much, bye"),
        ("please help", "please help"),
        ("Thank you for nothing, I want to die", "Thank you for nothing, I want to die"),
        ("", ""),
    ],
)
def test_courtesy_is_taken_off_and_nothing_else(text: str, left: str) -> None:
    assert without_courtesy(text) == left


@given(st.text(max_size=300))
def test_what_is_left_stood_in_the_message(text: str) -> None:
    assert without_courtesy(text) in text


@pytest.mark.timing
@pytest.mark.parametrize("piece", ["hi, ", " thanks", " ", "a,", "sorry ", "."])
def test_it_stays_fast_whatever_the_message(piece: str) -> None:
    started = time.perf_counter()
    without_courtesy("a" + piece * (200_000 // len(piece)) + "b")
    without_courtesy(piece * (200_000 // len(piece)))
    assert time.perf_counter() - started < 0.5


def test_the_screen_reads_what_is_left() -> None:
    assert read_message("Good morning, sorry to bother you. Is yoga safe?").whole.text == "is yoga safe?"
