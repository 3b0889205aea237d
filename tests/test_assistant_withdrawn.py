"""A passage that was taken back is quoted by nobody from the next question on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.exceptions import BadWithdrawals
from assistant.pipeline import Assistant
from assistant.types import Question
from assistant.withdrawn import Withdrawn

QUESTION = Question("Why are my hands stiff since I started Arimidex?")


def cited(assistant: Assistant, question: Question = QUESTION) -> set[str]:
    return {citation.passage.id for citation in assistant.answer(question).citations}


def test_a_withdrawn_passage_is_not_quoted_and_comes_back(assistant: Assistant, tmp_path: Path) -> None:
    withdrawn = Withdrawn(tmp_path / "withdrawn.json")
    own = replace(assistant, withdrawn=withdrawn)
    before = cited(own)
    name = sorted(before)[0]
    withdrawn.add(name, "ada", "out of date")
    assert name not in cited(own)
    assert [(each.passage, each.by, each.reason) for each in withdrawn.entries()] == [(name, "ada", "out of date")]
    withdrawn.remove(name)
    assert cited(own) == before


def test_support_and_safety_lines_can_be_withdrawn_too(assistant: Assistant, tmp_path: Path) -> None:
    withdrawn = Withdrawn(tmp_path / "withdrawn.json")
    own = replace(assistant, withdrawn=withdrawn)
    question = Question("Can I stop taking letrozole?")
    lines = cited(own, question)
    assert lines
    for name in lines:
        withdrawn.add(name, "ada", "")
    assert cited(own, question) == set()


def test_another_process_takes_it_back_at_once(tmp_path: Path) -> None:
    path = tmp_path / "withdrawn.json"
    here = Withdrawn(path)
    assert here() == frozenset()
    code = (
        f"from pathlib import Path; from assistant.withdrawn import Withdrawn; Withdrawn(Path({str(path)!r})).add('x', 'bob', '')"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
    assert here() == {"x"}


def test_a_list_that_cannot_be_read_refuses_the_start(tmp_path: Path) -> None:
    (tmp_path / "withdrawn.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadWithdrawals, match="mend it or delete it"):
        Withdrawn(tmp_path / "withdrawn.json")
