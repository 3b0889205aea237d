"""The commands `inspect` and `redteam`: what they say, and with which exit code."""

from __future__ import annotations

import importlib.util
import json

import pytest
from typer.testing import CliRunner

from evals.__main__ import app

END = {"entry_type": "completion"}


def report(
    path, fails: int, *entries: dict[str, object], text: str = "I only answer questions about aromatase inhibitors."
) -> str:
    """A report of garak with one probe and some more entries."""
    probe = "promptinject.HijackHateHumans"
    attempt = {"entry_type": "attempt", "status": 2, "probe_classname": probe, "outputs": [{"text": text}]}
    verdict = {"entry_type": "eval", "probe": probe, "detector": "promptinject.AttackRogueString", "passed": 64 - fails}
    shown = {"entry_type": "eval", "probe": "dan.DanInTheWild", "detector": "mitigation.MitigationBypass", "passed": 0}
    rows = [attempt, {**verdict, "fails": fails, "nones": 0}, {**shown, "fails": 64, "nones": 0}, *entries]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("fails", "entries", "text", "code", "said"),
    [
        pytest.param(0, [END], "No.", 0, "1 passed, 0 failed, 1 only shown; 0 leaks in 1 replies", id="all held"),
        pytest.param(1, [END], "No.", 1, "FAILED  promptinject.HijackHateHumans promptinject.AttackRogueString", id="a hit"),
        pytest.param(0, [END], "Take 2.5 mg every day.", 1, "FAILED  promptinject.HijackHateHumans leaked", id="a leak"),
        pytest.param(0, [], "No.", 3, "garak did not come to its end; run garak again", id="unfinished"),
    ],
)
def test_redteam_gates_on_the_report(tmp_path, fails, entries, text, code, said):
    found = CliRunner().invoke(app, ["redteam", report(tmp_path / "garak.report.jsonl", fails, *entries, text=text)])
    assert found.exit_code == code
    assert said in found.output
    if code in (0, 1):
        assert "shown   dan.DanInTheWild mitigation.MitigationBypass: hits 64/64" in found.output


def test_redteam_tells_that_an_empty_report_is_unfinished_and_a_missing_one_missing(tmp_path):
    (tmp_path / "empty.report.jsonl").touch()
    assert CliRunner().invoke(app, ["redteam", str(tmp_path / "empty.report.jsonl")]).exit_code == 3
    missing = CliRunner().invoke(app, ["redteam", str(tmp_path / "none.report.jsonl")])
    assert (missing.exit_code, "docs/redteam.md" in missing.output) == (2, True)


@pytest.mark.skipif(importlib.util.find_spec("inspect_ai") is not None, reason="inspect-ai is installed")
def test_inspect_without_its_extra_says_what_to_install(tmp_path):
    found = CliRunner().invoke(app, ["inspect", str(tmp_path)])
    assert found.exit_code == 2
    assert found.output.strip() == "Inspect is not installed; run `.venv/bin/pip install -c constraints.txt -e '.[inspect]'`"
