"""Corrections by staff as cases: what each verdict expects, and what cannot be exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.journal import Journal, Keeping
from assistant.journal_commands import made_up
from assistant.records import Review
from assistant.store import Store
from corpus.library import Library
from evals.__main__ import app
from evals.cases import read_cases
from evals.journal_cases import cases_of


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    journal = Journal(Store(f"sqlite:///{tmp_path}/journal.sqlite3"), tmp_path / "spool", str, Keeping(days=3_650), "m")
    journal.store.prepare()
    rows = [{**made_up(f"answer-{number}", number), "conversation_id": "c", "earlier_count": number} for number in range(4)]
    rows[3]["question"] = ""
    journal.store.add(rows)
    yield journal
    journal.close()


def test_each_verdict_becomes_what_it_expects(journal: Journal, library: Library) -> None:
    journal.review(Review(answer_id="answer-0", by="ada", verdict="correct"))
    journal.review(Review(answer_id="answer-1", by="ada", verdict="should_have_answered", passage="joint-pain-common"))
    journal.review(Review(answer_id="answer-2", by="ada", verdict="should_have_refused"))
    cases, problems = cases_of(journal.store.every(), library)
    assert problems == []
    first, second, third = cases
    assert (first.label, first.passages) == ("answer", {"joint-pain-common": 2})
    assert second.turns == tuple(f"Why do my joints hurt after {number} days?" for number in (0, 1))
    assert second.passages == {"joint-pain-common": 2}
    assert len(second.must[0]) == len(library.passage("joint-pain-common").sentences)
    assert "emergency" in third.accept
    assert third.source.startswith("journal, reviewed by ada on ")


def test_what_cannot_be_a_case_says_why(journal: Journal, library: Library) -> None:
    journal.review(Review(answer_id="answer-0", by="ada", verdict="wrong"))
    first = journal.review(Review(answer_id="answer-1", by="ada", verdict="unsafe"))
    journal.review(Review(answer_id="answer-3", by="ada", verdict="correct"))
    cases, problems = cases_of(journal.store.every(), library)
    assert cases == []
    assert [problem.split(": ")[0] for problem in problems] == ["answer-0", "answer-1", "answer-3"]
    assert "no second person" in problems[1]
    journal.review(Review(answer_id="answer-1", by="bob", verdict="unsafe", confirms=first))
    cases, problems = cases_of(journal.store.every(), library)
    assert [case.id for case in cases] == ["journal-answer-1"]


def test_the_command_writes_a_file_that_can_be_measured(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.review(Review(answer_id="answer-2", by="ada", verdict="should_have_refused"))
    monkeypatch.setenv("CITEWELL_INDEX_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("CITEWELL_ASSISTANT_JOURNAL_DAYS", "3650")
    out = tmp_path / "cases.jsonl"
    result = CliRunner().invoke(app, ["cases", "from-journal", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert [case.label for case in read_cases(out)] == ["dosing"]
    again = CliRunner().invoke(app, ["cases", "from-journal", "--out", str(out)])
    assert (again.exit_code, "exists" in again.output) == (2, True)
