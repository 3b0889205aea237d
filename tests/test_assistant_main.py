"""The commands: messages, exit codes, and nothing heavy for a help text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "160", **environment}
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, env=env, timeout=240)


@pytest.mark.parametrize(
    "command",
    [
        ("corpus", "check"),
        ("corpus", "stats"),
        ("index", "build"),
        ("index", "search"),
        ("assistant", "ask"),
        ("assistant", "chat"),
        ("assistant", "build"),
        ("assistant", "screen"),
        ("assistant", "train"),
        ("assistant", "fit"),
        ("evals", "run"),
        ("evals", "bench"),
        ("ui",),
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.returncode == 0
    assert "Example" in result.stdout


def test_help_loads_no_model() -> None:
    code = (
        "import sys, assistant.__main__, ui.__main__, index.__main__, evals.__main__; "
        "sys.exit(sum(name in sys.modules for name in ('torch', 'gradio', 'llama_index', 'chromadb', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        pytest.param(("assistant", "ask"), {}, "the question is empty", id="no question"),
        pytest.param(("assistant", "ask", "  "), {}, "the question is empty", id="blank question"),
        pytest.param(("assistant", "ask", "--batch", "nowhere.jsonl"), {}, "give both --batch and --out", id="batch without out"),
        pytest.param(("assistant", "ask", "--batch", "nowhere.jsonl", "--out", "o.jsonl"), {}, "no file", id="no batch file"),
        pytest.param(("assistant", "ask", "a", "--level", "easy"), {}, "Invalid value", id="unknown level"),
        pytest.param(("assistant", "ask", "a"), {"CITEWELL_ASSISTANT_WORDS": "many"}, "A setting is wrong", id="broken setting"),
        pytest.param(
            ("assistant", "train"), {"CITEWELL_INDEX_MODEL": "/tmp"}, "only the packaged model", id="training another model"
        ),
        pytest.param(("assistant", "ask", "a"), {"CITEWELL_ASSISTANT_COUNTRY": "XX"}, "give one of AU, CA", id="unknown country"),
        pytest.param(("assistant", "ask", "a"), {"CITEWELL_INDEX_THREADS": "0"}, "A setting is wrong", id="setting out of range"),
        pytest.param(("assistant", "ask", "a"), {"CITEWELL_INDEX_MODEL": "nowhere"}, "CITEWELL_INDEX_MODEL", id="no such model"),
        pytest.param(("index", "search", " "), {}, "nothing to search for", id="nothing to search"),
        pytest.param(("index", "search", "a"), {"CITEWELL_INDEX_DIRECTORY": "nowhere"}, "python -m index build", id="no index"),
        pytest.param(("ui", "--port", "99999"), {}, "--port", id="port out of range"),
        pytest.param(("ui",), {"CITEWELL_UI_PORT": "http"}, "A setting is wrong", id="broken port setting"),
        pytest.param(("ui",), {"CITEWELL_UI_PROT": "80"}, "unknown CITEWELL_UI_PROT", id="misspelt setting"),
        pytest.param(("evals", "run", "--cases", "nowhere.jsonl"), {}, "no file", id="no case file"),
        pytest.param(("corpus", "check", "--page", "nowhere"), {}, "no page", id="no such page"),
    ],
)
def test_bad_input_says_what_is_wrong_and_exits_with_two(
    arguments: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    result = run(*arguments, **environment)
    assert result.returncode == 2, result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_ask_prints_the_answer_with_its_sources(state: Path) -> None:
    result = run("assistant", "ask", "What is aromatase?", CITEWELL_INDEX_DIRECTORY=str(state))
    assert result.returncode == 0, result.stderr
    assert "[1]" in result.stdout
    assert "Sources" in result.stdout
    assert "Not yet reviewed by a clinician" in result.stdout


def test_ask_json_is_what_the_api_gives(state: Path) -> None:
    result = run("assistant", "ask", "What is aromatase?", "--json", CITEWELL_INDEX_DIRECTORY=str(state))
    body = json.loads(result.stdout)
    assert body["kind"] == "answer"
    assert {"answer_id", "conversation_id", "answer", "statements", "citations", "notice", "related"} < set(body)


def test_answers_are_the_same_after_a_restart(state: Path) -> None:
    bodies = []
    for _ in range(2):
        body = json.loads(run("assistant", "ask", "Do bones recover?", "--json", CITEWELL_INDEX_DIRECTORY=str(state)).stdout)
        bodies.append({key: body[key] for key in ("kind", "answer", "statements", "citations", "notice", "related")})
    assert bodies[0] == bodies[1]


def test_the_screen_explains_itself(state: Path) -> None:
    found = run("assistant", "screen", "hоw much letroz0le do i t-a-k-e?", CITEWELL_INDEX_DIRECTORY=str(state))
    said = json.loads(found.stdout)
    assert said["decision"] == "dosing"
    assert said["normalised"].startswith("how much letrozole do i take")
    assert list(said["likely"].values()) == sorted(said["likely"].values(), reverse=True)
    assert len(said["likely"]) == 3
