"""The commands on the content: what they print and how they exit."""

import re

import pytest
from typer.testing import CliRunner

from corpus.__main__ import app
from corpus.library import CONTENT, read_library

PAGE = "content/joint-pain.md"


@pytest.fixture
def run(folder):
    """Runs a command on the tiny content, in a terminal wide enough for its table."""

    def invoke(*arguments):
        return CliRunner().invoke(app, [*arguments, "--folder", str(folder)], env={"COLUMNS": "140", "NO_COLOR": "1"})

    return invoke


def test_good_content_is_ok(run, folder):
    result = run("check")
    assert result.exit_code == 0
    version = read_library(folder).version
    assert result.stdout == f"ok: 2 pages, 5 passages, 4 claims, 5 questions, corpus version {version}\n"
    assert result.stderr == ""


def test_problems_are_listed_and_counted(run, folder, replace):
    replace(folder / PAGE, "@ref-01", "@ref-99")
    replace(folder / PAGE, "safety: [bone-ask]", "safety: [nowhere]")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "joint-pain.md:17: joint-pain-common: cites 'ref-99', which references.json does not have",
        "joint-pain.md:1: safety line 'nowhere' is no passage",
        "2 problems",
    ]


def test_a_long_problem_stays_on_one_line(run, folder, replace):
    replace(folder / PAGE, "@ref-01", f"@ref-{'9' * 200}")
    assert f"cites 'ref-{'9' * 200}'" in run("check").stdout


def test_brackets_in_a_problem_are_not_taken_for_colors(run, folder, replace):
    replace(folder / "glossary.yaml", "[sore joints]", '["[red]hormone blocker[/red]", "hormone blocker"]')
    assert run("check").exit_code == 1
    replace(folder / "glossary.yaml", "patient_says: [AI, hormone blocker]", 'patient_says: ["[red]hormone blocker[/red]"]')
    assert "'[red]hormone blocker[/red]' stands under" in run("check").stdout


def test_one_page_is_checked_alone(run, folder, replace):
    replace(folder / PAGE, "@ref-01", "@ref-99")
    assert run("check", "--page", "bone").exit_code == 0
    result = run("check", "--page", "joint-pain")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "1 problems"


def test_an_unknown_page_is_answered_with_the_pages_there_are(run):
    result = run("check", "--page", "knees")
    assert result.exit_code == 2
    assert result.stderr == "no page 'knees'; pages: bone, joint-pain\n"
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["check", "stats"])
def test_content_that_cannot_be_read_is_told_with_file_and_line(run, folder, replace, command):
    replace(folder / PAGE, "version: 1", "version: none")
    result = run(command)
    assert result.exit_code == 2
    assert result.stderr.startswith("The content cannot be read: joint-pain.md:1: front matter: version: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["check", "stats"])
def test_a_missing_file_is_told(run, folder, command):
    (folder / "claims.yaml").unlink()
    result = run(command)
    assert result.exit_code == 2
    assert result.stderr == "The content cannot be read: claims.yaml:1: the file is missing\n"


def test_stats_count_each_page(run, folder):
    result = run("stats")
    assert result.exit_code == 0
    rows = {cells[1]: cells[2:-1] for line in result.stdout.splitlines() if len(cells := re.split(r"\s*[│┃]\s*", line)) > 3}
    assert rows["page"] == ["plain", "detailed", "technical", "claims", "questions", "words", "grade", "reviewed"]
    assert rows["joint-pain"][:6] == ["2", "0", "1", "3", "4", "50"]
    assert rows["joint-pain"][-1] == "no"
    assert rows["bone"][:6] == ["1", "0", "0", "1", "1", "19"]
    assert rows["bone"][-1] == "2026-11-02"
    assert result.stdout.splitlines()[-1] == f"corpus version {read_library(folder).version}, 5 passages with the bibliography"


@pytest.mark.parametrize("command", ["check", "stats"])
def test_help_shows_an_example(command):
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "140", "NO_COLOR": "1", "TERM": "dumb"})
    assert result.exit_code == 0
    assert f"Example: python -m corpus {command}" in result.stdout


def test_without_a_command_there_is_help():
    result = CliRunner().invoke(app, [], env={"COLUMNS": "140", "NO_COLOR": "1", "TERM": "dumb"})
    assert result.exit_code == 2
    assert "check" in result.output
    assert "stats" in result.output


def test_an_unknown_option_is_refused():
    result = CliRunner().invoke(app, ["check", "--pages", "bone"])
    assert result.exit_code == 2
    assert "No such option" in result.output


def test_the_shipped_content_is_the_default(library):
    result = CliRunner().invoke(app, ["check"], env={"COLUMNS": "140", "NO_COLOR": "1"})
    assert result.exit_code == 0
    assert read_library(CONTENT).version == library.version
    assert f"corpus version {library.version}" in result.stdout


def test_the_line_of_good_content_stays_in_one_piece_in_a_narrow_terminal(folder):
    result = CliRunner().invoke(app, ["check", "--folder", str(folder)], env={"COLUMNS": "40", "NO_COLOR": "1"})
    assert len(result.stdout.splitlines()) == 1
