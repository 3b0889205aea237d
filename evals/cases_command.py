"""Corrections by staff as evaluation cases, which gate the next release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.__main__ import open_journal
from assistant.console import fail

app = typer.Typer(help="Cases from elsewhere.", no_args_is_help=True)


@app.callback()
def cases() -> None:
    """Cases from elsewhere."""


@app.command("from-journal", epilog="Example: python -m evals cases from-journal --out reviewed.jsonl")
def from_journal(
    new: Annotated[Path, typer.Option("--out", help="Where the cases go, as JSONL; it must not exist.")],
) -> None:
    """Write every reviewed exchange of the journal as a case; exit code 1 when some make none, with the reason for each."""
    from assistant.exceptions import JournalError
    from corpus.library import read_library
    from evals.journal_cases import cases_of

    if new.exists():
        raise fail(f"{new} exists; give another name")
    journal = open_journal()
    if journal is None:
        raise fail("the journal is turned off (CITEWELL_ASSISTANT_JOURNAL=false)")
    try:
        journal.move()
        made, problems = cases_of(journal.store.every(), read_library())
        journal.audit("operator", "cases", new.name)
    except JournalError as error:
        raise fail(str(error)) from error
    finally:
        journal.close()
    new.write_text("".join(case.model_dump_json(exclude_defaults=True) + "\n" for case in made), encoding="utf-8")
    typer.echo(f"{len(made)} cases in {new}; measure with `python -m evals run --cases {new}`")
    if problems:
        raise fail("\n".join(problems), 1)
