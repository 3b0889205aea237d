"""Commands on the content: check it, count it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.check import check as find_problems
from corpus.check import check_page, exempt_terms
from corpus.exceptions import CorpusError
from corpus.library import CONTENT, Library, read_library
from corpus.page import Level
from corpus.readability import grade

app = typer.Typer(help="The curated content: check its rules, count what it holds.", no_args_is_help=True, add_completion=False)
Folder = Annotated[Path, typer.Option(help="Folder that holds content/, questions/ and the registers.", show_default=False)]


def open_library(folder: Path) -> Library:
    """The content, or one sentence on what is wrong and exit code 2."""
    try:
        return read_library(folder)
    except CorpusError as error:
        Console(stderr=True).print(f"The content cannot be read: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error


@app.command(epilog="Example: python -m corpus check --page joint-pain")
def check(
    folder: Folder = CONTENT,
    page: Annotated[str, typer.Option(help="Report on this page only.")] = "",
) -> None:
    """Check every rule of docs/content.md; exit code 1 when something has to be mended."""
    library = open_library(folder)
    if page and page not in library.pages:
        Console(stderr=True).print(f"no page {page!r}; pages: {', '.join(library.pages)}", markup=False, soft_wrap=True)
        raise typer.Exit(2)
    problems = check_page(library, page) if page else find_problems(library)
    out = Console()
    for problem in problems:
        out.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    if problems:
        out.print(f"{len(problems)} problems", highlight=False)
        raise typer.Exit(1)
    out.print(
        f"ok: {len(library.pages)} pages, {len(library.passages)} passages, {len(library.claims)} claims, "
        f"{len(library.questions)} questions, corpus version {library.version}",
        highlight=False,
        soft_wrap=True,
    )


@app.command(epilog="Example: python -m corpus stats")
def stats(folder: Folder = CONTENT) -> None:
    """Count passages, claims, questions and words of each page, with the reading level of its plain text."""
    library = open_library(folder)
    terms = exempt_terms(library)
    asked = Counter(library.passages[question.passage].page for question in library.questions)
    table = Table("page", "plain", "detailed", "technical", "claims", "questions", "words", "grade", "reviewed")
    for page in library.pages.values():
        plain = [sentence for passage in page.at(Level.PLAIN) for sentence in passage.sentences]
        table.add_row(
            page.id,
            *(str(len(page.at(level))) for level in Level),
            str(len({claim for passage in page.passages for claim in passage.claims})),
            str(asked[page.id]),
            str(sum(len(passage.text.split()) for passage in page.passages)),
            f"{grade(plain, terms):.1f}",
            str(page.review.reviewed or "no"),
        )
    out = Console()
    out.print(table)
    out.print(f"corpus version {library.version}, {len(library.passages)} passages with the bibliography", highlight=False)


@app.command(epilog='Example: python -m corpus sign joint-pain --reviewer "Ada Example" --role "oncology nurse"')
def sign(
    page: Annotated[str, typer.Argument(help="Id of the page, the name of its file.")],
    reviewer: Annotated[str, typer.Option(help="Name of the clinician who has read it.")],
    role: Annotated[str, typer.Option(help="What they are, such as oncology nurse.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the review; today if left out.")] = None,
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Next review; a year later if left out.")] = None,
    folder: Folder = CONTENT,
) -> None:
    """Write a clinician's review into a page; the index notices the change at the next start."""
    from corpus.sign import sign as write

    day = (on or datetime.now()).date()
    until = due.date() if due else day + timedelta(days=365)
    try:
        path = write(page, reviewer, role, day, until, folder)
    except CorpusError as error:
        Console(stderr=True).print(f"The page cannot be signed: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    typer.echo(f"{path.name}: reviewed {day} by {reviewer}, {role}; due again {until}")


if __name__ == "__main__":
    app()
