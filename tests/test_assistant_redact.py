"""What is taken out of people's words, and what is left alone, counted on the sets under `tests/data`."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.redact import Redactor, open_redactor
from corpus.library import Library, read_library
from index.lexicon import Lexicon

DATA = Path(__file__).parent / "data"
SETS = [DATA / f"redaction_{name}.jsonl" for name in ("dev", "test", "names")]
LEAST = {"name": 0.85, "phone": 0.98, "email": 0.98, "record": 0.98, "date": 0.98, "address": 0.98, "insurance": 0.98}


@pytest.fixture(scope="module")
def redact(library: Library) -> Redactor:
    return open_redactor(library, Lexicon(library))


def covered(redact: Redactor, text: str, wanted: str) -> bool:
    """Whether every letter and digit of a part is taken out."""
    start = text.index(wanted)
    inside = {place for span in redact.found(text) for place in range(span.start, span.end)}
    return all(place in inside for place in range(start, start + len(wanted)) if text[place].isalnum())


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_personal_data_are_found_and_little_else(redact: Redactor, path: Path) -> None:
    wanted, found = Counter[str](), Counter[str]()
    clean, touched = 0, []
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if not case["spans"]:
            clean += 1
            touched += [case["text"]] if redact.found(case["text"]) else []
        for span in case["spans"]:
            wanted[span["kind"]] += 1
            found[span["kind"]] += covered(redact, case["text"], span["text"])
    shares = {kind: found[kind] / wanted[kind] for kind in wanted}
    assert {kind: share for kind, share in shares.items() if share < LEAST[kind]} == {}
    assert len(touched) <= 0.01 * clean, touched


def test_anticipated_questions_are_left_alone(redact: Redactor, library: Library) -> None:
    touched = [question.text for question in library.questions if redact.found(question.text)]
    assert len(touched) <= 0.01 * len(library.questions), touched[:20]


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("I'm Maria Delgado, 58.", "I'm [name], 58."),
        ("my doc dr nguyen says", "my doc dr [name] says"),
        ("Call 07700 900123 or mail jane@example.com", "Call [phone] or mail [e-mail]"),
        ("born 12 june 1956, MRN 00482917", "[date], [record number]"),
        ("I live at 42 Maple Street, Springfield, IL 62704", "I live at [address]"),
        ("CYP19A1 and rs10046 on Femara 2.5 since March 2019", "CYP19A1 and rs10046 on Femara 2.5 since March 2019"),
        ("Does May or Hope matter to Sjögren's?", "Does May or Hope matter to Sjögren's?"),
    ],
)
def test_what_was_taken_out_is_named(redact: Redactor, text: str, redacted: str) -> None:
    assert redact(text) == redacted


REDACTOR = open_redactor(read_library(), Lexicon(read_library()))


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=400) | st.text(alphabet="0123456789 -/.aA@", max_size=400))
def test_a_second_time_changes_nothing_and_nothing_raises(text: str) -> None:
    once = REDACTOR(text)
    assert REDACTOR(once) == once


@pytest.mark.timing
@pytest.mark.parametrize("piece", ["1 2-", "a@", "dr ", "at dot ", "12 a ", "Maria ", "é", " "])
def test_it_stays_linear_in_length(redact: Redactor, piece: str) -> None:
    def seconds(count: int) -> float:
        text = piece * (count // len(piece))
        begun = time.perf_counter()
        redact(text)
        return time.perf_counter() - begun

    seconds(1_000)
    small, large = seconds(20_000), seconds(200_000)
    assert large <= 30 * small + 0.5


@pytest.mark.timing
def test_a_question_takes_less_than_half_a_millisecond(redact: Redactor) -> None:
    text = "Why do my hands and knees hurt so much in the morning since I started Arimidex last March, and does it go away again?"
    medians = []
    for _ in range(10):
        took = []
        for _ in range(100):
            begun = time.perf_counter()
            redact(text)
            took.append(time.perf_counter() - begun)
        medians.append(statistics.median(took))
    assert min(medians) <= 0.0005, "on a machine that is not always busy with something else"
