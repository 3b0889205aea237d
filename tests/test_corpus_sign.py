"""A clinician's signature on a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.__main__ import app
from corpus.exceptions import ContentError
from corpus.library import read_library
from corpus.sign import sign

ON, DUE = date(2026, 11, 26), date(2027, 11, 26)


def test_a_signature_stands_in_the_page_and_at_each_passage(folder: Path) -> None:
    sign("joint-pain", "Ada Example", "oncology nurse", ON, DUE, folder)
    page = read_library(folder).pages["joint-pain"]
    assert (page.review.reviewed, page.review.reviewer, page.review.due) == (ON, "Ada Example, oncology nurse", DUE)
    assert {passage.reviewed for passage in page.passages} == {ON}


@pytest.mark.parametrize(
    ("page", "reviewer", "due", "said"),
    [
        ("none", "Ada", DUE, "joint-pain"),
        ("bone", "", DUE, "name and role"),
        ("bone", 'A"da', DUE, "quotation"),
        ("bone", "Ada", ON, "due after"),
    ],
)
def test_a_signature_that_makes_no_sense_changes_nothing(folder: Path, page: str, reviewer: str, due: date, said: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.md")}
    with pytest.raises(ContentError, match=said):
        sign(page, reviewer, "nurse", ON, due, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*.md")} == before


def test_the_command_signs(folder: Path) -> None:
    arguments = ["sign", "bone", "--reviewer", "Ada Example", "--role", "nurse", "--on", "2026-11-26", "--folder", str(folder)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "due again 2027-11-26" in result.output
    assert CliRunner().invoke(app, [*arguments[:1], "none", *arguments[2:]]).exit_code == 2
