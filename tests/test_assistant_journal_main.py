"""The journal's commands, and a recorded question asked again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.__main__ import app
from assistant.journal import Journal, Keeping
from assistant.pipeline import Assistant
from assistant.replay import compared, replayed
from assistant.store import Store
from assistant.types import Answer, Decision, Question, Verdict
from assistant.wire import to_body
from corpus.library import Library

CONVERSATION = "c" * 22
Run = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three exchanges in its journal, which the commands use."""
    monkeypatch.setenv("CITEWELL_INDEX_DIRECTORY", str(tmp_path))
    journal = Journal(Store(f"sqlite:///{tmp_path}/journal.sqlite3"), tmp_path / "spool", str, Keeping(), "m")
    for number in range(3):
        answer = Answer(Question(f"Question {number}?"), Verdict(Decision.CHITCHAT, "r"), "1", "2")
        journal.record(answer, to_body(answer, library, f"answer-{number}", CONVERSATION if number else "d" * 22))
    journal.close()
    return tmp_path


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: object) -> Any:
        return CliRunner().invoke(app, ["journal", *map(str, arguments)])

    return invoke


def test_it_counts(folder: Path, run: Run) -> None:
    result = run("stats")
    assert result.exit_code == 0
    assert "exchanges                3" in result.output


def test_it_exports_all_or_one_conversation(folder: Path, run: Run) -> None:
    assert run("export", folder / "all.jsonl").exit_code == 0
    assert run("export", folder / "one.jsonl", "--conversation", CONVERSATION).exit_code == 0
    assert len((folder / "all.jsonl").read_text().splitlines()) == 3
    rows = [json.loads(line) for line in (folder / "one.jsonl").read_text().splitlines()]
    assert [row["question"] for row in rows] == ["Question 1?", "Question 2?"]
    again = run("export", folder / "all.jsonl")
    assert (again.exit_code, "exists" in again.output) == (2, True)


def test_it_purges(folder: Path, run: Run) -> None:
    assert "2 exchanges deleted" in run("purge", "--conversation", CONVERSATION).output
    unknown = run("purge", "--conversation", CONVERSATION)
    assert (unknown.exit_code, "nothing is kept" in unknown.output) == (2, True)
    assert "1 exchanges deleted" in run("purge", "--older-than", 0).output
    assert run("purge").exit_code == 2


def test_it_backs_up_and_restores(folder: Path, run: Run) -> None:
    copy = folder / "copy.sqlite3"
    assert "holds 3 exchanges" in run("backup", copy).output
    run("purge", "--older-than", 0)
    assert "3 exchanges restored" in run("restore", copy).output
    assert "exchanges                3" in run("stats").output
    refused = run("restore", copy)
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    assert run("restore", copy, "--replace").exit_code == 0
    copy.write_bytes(b"no database")
    damaged = run("restore", copy, "--replace")
    assert (damaged.exit_code, "no whole copy" in damaged.output) == (2, True)


def test_a_journal_that_is_off_says_so(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_ASSISTANT_JOURNAL", "false")
    result = run("stats")
    assert (result.exit_code, "turned off" in result.output) == (2, True)


def test_a_wrong_address_is_one_sentence(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_ASSISTANT_JOURNAL_URL", "nonsense")
    result = run("stats")
    assert result.exit_code == 2
    assert "no database address" in result.output
    assert "Traceback" not in result.output


def test_a_replay_shows_the_same_reply_or_what_changed(tmp_path: Path, assistant: Assistant) -> None:
    journal = Journal(Store(f"sqlite:///{tmp_path}/journal.sqlite3"), tmp_path / "spool", str, Keeping(), "m")
    first = assistant.answer(Question("What is BPC-157?"))
    journal.record(first, to_body(first, assistant.library, "first", CONVERSATION))
    second = assistant.answer(Question("is it approved?", ("What is BPC-157?",)))
    journal.record(second, to_body(second, assistant.library, "second", CONVERSATION))
    assert replayed(journal, assistant, "second").same
    body = to_body(first, assistant.library, "third", CONVERSATION)
    body["statements"] = [{"text": "Something else.", "citations": [1]}]
    journal.record(first, body)
    replay = replayed(journal, assistant, "third")
    assert not replay.same
    assert ("-", "Something else.") in replay.lines
    journal.close()


def test_differences_are_marked_in_order() -> None:
    assert compared(["a", "b", "c"], ["a", "c", "d"]) == (("=", "a"), ("-", "b"), ("=", "c"), ("+", "d"))
