"""Commands on the index: build it, search it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.page import Level

app = typer.Typer(help="The search index over the curated passages.", no_args_is_help=True, add_completion=False)


def fail(message: str) -> typer.Exit:
    """One sentence on standard error, and exit code 2."""
    Console(stderr=True).print(message, markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(2)


@app.command(epilog="Example: python -m index build")
def build(fresh: Annotated[bool, typer.Option(help="Build although it is current, and embed everything again.")] = False) -> None:
    """Build the index, unless a current one is there; an interrupted build changes nothing."""
    from pydantic import ValidationError

    from corpus.exceptions import CorpusError
    from corpus.files import explain
    from corpus.library import read_library
    from index.build import build_index, describe
    from index.exceptions import IndexProblem
    from index.settings import IndexSettings

    try:
        settings = IndexSettings()
        folder = build_index(read_library(), settings, fresh=fresh)
        Console().print(describe(folder), markup=False, highlight=False, soft_wrap=True)
    except ValidationError as error:
        raise fail(f"A setting is wrong: {explain(error)}") from error
    except (CorpusError, IndexProblem) as error:
        raise fail(f"The index cannot be built: {error}") from error
    except OSError as error:
        raise fail(f"The index cannot be written: {error}; check the folder in CITEWELL_INDEX_DIRECTORY") from error


@app.command(epilog='Example: python -m index search "Why are my joints stiff?"')
def search(
    question: Annotated[str, typer.Argument(help="What to search for.")],
    level: Annotated[Level, typer.Option(help="The level that is preferred.")] = Level.PLAIN,
) -> None:
    """Show the passages that are found, with the score of each retriever."""
    from pydantic import ValidationError

    from corpus.exceptions import CorpusError
    from corpus.files import explain
    from corpus.library import read_library
    from index.embed import Embed
    from index.exceptions import IndexProblem
    from index.lexicon import Lexicon
    from index.opening import open_search
    from index.search import Query
    from index.settings import IndexSettings

    if not question.strip():
        raise fail("nothing to search for; give a question in quotation marks")
    try:
        settings = IndexSettings()
        library = read_library()
        lexicon = Lexicon(library)
        found = open_search(library, settings, Embed(settings.model, settings.threads))(
            Query((lexicon.prepare(question),), question, level)
        )
    except ValidationError as error:
        raise fail(f"A setting is wrong: {explain(error)}") from error
    except (CorpusError, IndexProblem) as error:
        raise fail(f"The index cannot be searched: {error}") from error
    table = Table("passage", "score", "question", "top 3", "sentence", "passage", "keyword", "nearest anticipated question")
    for each in found:
        scores = each.scores
        figures = (each.score, scores.question, scores.questions, scores.sentence, scores.passage, scores.keyword)
        table.add_row(each.passage.id, *(f"{figure:.3f}" for figure in figures), each.asked.text if each.asked else "")
    Console().print(table)


if __name__ == "__main__":
    app()
