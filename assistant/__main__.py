"""Commands on the assistant: ask, answer a file, chat in the terminal, look at the screen's decision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.console import Console

from assistant.console import fail
from assistant.journal_commands import app as journal_commands
from corpus.page import Level

if TYPE_CHECKING:
    from assistant.build import Settings
    from assistant.journal import Journal
    from assistant.pipeline import Assistant
    from assistant.types import Answer
    from corpus.library import Library
    from corpus.vocabulary import Labels

app = typer.Typer(help="Ask Citewell from the command line.", no_args_is_help=True, add_completion=False)
app.add_typer(journal_commands, name="journal")
LevelOption = Annotated[Level, typer.Option(help="How much detail.")]


def read_settings() -> Settings:
    """Settings from the environment, or one sentence on what is wrong and exit code 2."""
    from pydantic import ValidationError

    from assistant.build import Settings
    from assistant.settings import AssistantSettings
    from corpus.files import explain
    from index.settings import IndexSettings

    try:
        return Settings(index=IndexSettings(), assistant=AssistantSettings())
    except ValidationError as error:
        raise fail(f"A setting is wrong: {error.title}: {explain(error)}") from error


def open_assistant() -> Assistant:
    """The assistant with settings from the environment, or one sentence on what is wrong and exit code 2."""
    from assistant.build import build_assistant
    from assistant.exceptions import AssistantError
    from corpus.exceptions import CorpusError
    from index.exceptions import IndexProblem

    console, settings = Console(stderr=True), read_settings()
    try:
        with console.status("Starting") as status:
            return build_assistant(settings, lambda line: status.update(line))
    except (CorpusError, IndexProblem, AssistantError) as error:
        raise fail(f"Citewell cannot start: {error}") from error
    except OSError as error:
        raise fail(f"Citewell cannot start: {error}; check the folder in CITEWELL_INDEX_DIRECTORY") from error


def open_journal(library: Library | None = None) -> Journal | None:
    """The journal with settings from the environment, or one sentence on what is wrong and exit code 2."""
    from assistant.build import open_journal as opened
    from assistant.exceptions import JournalError
    from corpus.library import read_library

    try:
        return opened(read_settings(), library or read_library())
    except JournalError as error:
        raise fail(f"Citewell cannot start: {error}") from error


def show(console: Console, answer: Answer, labels: Labels) -> None:
    """Print an answer with its sources."""
    if answer.notice:
        console.print(answer.notice.title, style="bold", markup=False)
        console.print(answer.notice.text, markup=False, highlight=False)
        console.print()
    numbers = {citation: number for number, citation in enumerate(answer.citations, 1)}
    for statement in answer.statements:
        marks = "".join(f"[{numbers[citation]}]" for citation in statement.citations)
        console.print(f"{statement.text} {marks}", markup=False, highlight=False)
    if answer.falls_back:
        console.print("(Our content has no such detail on this, so this is the simple wording.)", markup=False)
    if numbers:
        console.print("\nSources", style="bold")
    seen: dict[str, list[int]] = {}
    for citation, number in numbers.items():
        seen.setdefault(citation.passage.id, []).append(number)
    passages = {citation.passage.id: citation.passage for citation in numbers}
    for name, found in seen.items():
        passage = passages[name]
        about = [labels.evidence[passage.evidence].words] if passage.evidence else []
        about.append(f"{labels.review.done} on {passage.reviewed}" if passage.reviewed else labels.review.pending)
        if not passage.references:
            about.append(labels.no_study)
        line = f"{', '.join(map(str, found))}. {passage.title}: {passage.heading} ({'; '.join(about)})"
        console.print(line, markup=False, highlight=False)
    if answer.related:
        console.print("\nYou could also ask", style="bold")
        for text in answer.related:
            console.print(f"- {text}", markup=False, highlight=False)


@app.command(
    epilog='Examples: python -m assistant ask "Why are my hands stiff?"  |  '
    "python -m assistant ask --batch IN.jsonl --out OUT.jsonl"
)
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.", show_default=False)] = "",
    level: LevelOption = Level.PLAIN,
    earlier: Annotated[list[str] | None, typer.Option(help="An earlier message of the same person; may be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as the API gives it.")] = False,
    batch: Annotated[Path | None, typer.Option(help="A JSONL file of rows with id and text, or id and turns.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of a batch go, as JSONL.")] = None,
) -> None:
    """Answer one question, or a file of them."""
    if (batch is None) != (out is None):
        raise fail("give both --batch and --out")
    if batch is not None and out is not None:
        if question:
            raise fail("give a question or --batch, not both")
        _ask_file(batch, out, level)
        return
    if not question.strip():
        raise fail('the question is empty; ask, for example: python -m assistant ask "Why are my hands stiff?"')
    from assistant.exceptions import BadQuestion
    from assistant.types import Question
    from assistant.wire import to_body

    assistant = open_assistant()
    try:
        answer = assistant.answer(Question(question, tuple(earlier or ()), level))
    except BadQuestion as error:
        raise fail(str(error)) from error
    if as_json:
        typer.echo(json.dumps(to_body(answer, assistant.library, str(uuid4())), ensure_ascii=False, indent=1))
    else:
        show(Console(), answer, assistant.library.labels)


def _ask_file(batch: Path, out: Path, level: Level) -> None:
    from tqdm import tqdm

    from assistant.batch import answer_file, read_lines

    if not batch.is_file():
        raise fail(f"no file {batch}")
    if not out.parent.is_dir():
        raise fail(f"no folder {out.parent} for the answers")
    total = sum(1 for _ in read_lines(batch))
    assistant = open_assistant()
    with tqdm(total=total, desc="Answering", unit="question") as bar:
        try:
            outcome = answer_file(assistant, batch, out, level, bar.update)
        except OSError as error:
            raise fail(f"the batch stopped: {error}") from error
    Console(stderr=True).print(
        f"{outcome.answered} answered, {outcome.failed} could not be read; see {out}", highlight=False, soft_wrap=True
    )
    if outcome.failed:
        raise typer.Exit(2)


@app.command(epilog="Example: python -m assistant chat --level detailed")
def chat(level: LevelOption = Level.PLAIN) -> None:
    """Chat in the terminal; an empty line ends it."""
    from assistant.exceptions import BadQuestion
    from assistant.types import Question

    assistant = open_assistant()
    console = Console()
    console.print(assistant.policy.standing, style="italic", markup=False)
    earlier: list[str] = []
    while True:
        try:
            text = console.input("\n[bold]You:[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            break
        if not text:
            break
        try:
            answer = assistant.answer(Question(text, tuple(earlier), level))
        except BadQuestion as error:
            console.print(str(error), style="yellow", markup=False)
            continue
        earlier.append(text)
        console.print()
        show(console, answer, assistant.library.labels)


@app.command(epilog="Example: python -m assistant build")
def build() -> None:
    """Build what answering needs (search index, safety screen) unless it is current."""
    assistant = open_assistant()
    Console().print(f"ready: corpus {assistant.library.version}, policy {assistant.policy.version}", highlight=False)


@app.command(epilog="Example: python -m assistant train")
def train() -> None:
    """Train the embedding model's last layers and the heads anew (about half an hour) and write them into the package."""
    from assistant.train.run import train as train_all
    from corpus.exceptions import CorpusError
    from corpus.library import read_library
    from index.exceptions import IndexProblem
    from index.settings import IndexSettings

    settings = IndexSettings()
    if settings.model:
        raise fail("only the packaged model can be trained further; unset CITEWELL_INDEX_MODEL")
    try:
        written = train_all(read_library(), settings.directory, typer.echo)
    except (CorpusError, IndexProblem) as error:
        raise fail(f"The training stopped: {error}") from error
    Console().print(f"wrote {' and '.join(path.name for path in written)}", highlight=False)


@app.command(epilog="Example: python -m assistant fit")
def fit() -> None:
    """Fit the weights of ranking, composing and answerability anew (about five minutes) and write them into the package."""
    from assistant.exceptions import AssistantError
    from assistant.train.fit import fit as fit_all
    from corpus.exceptions import CorpusError
    from corpus.library import read_library
    from index.exceptions import IndexProblem
    from index.settings import IndexSettings

    try:
        fit_all(read_library(), IndexSettings(), typer.echo)
    except (CorpusError, IndexProblem, AssistantError) as error:
        raise fail(f"The fitting stopped: {error}") from error
    Console().print("wrote fitted.json", highlight=False)


@app.command(epilog='Example: python -m assistant screen "How much should I take?"')
def screen(
    question: Annotated[str, typer.Argument(help="The message to look at.")],
    earlier: Annotated[list[str] | None, typer.Option(help="An earlier message; may be repeated.")] = None,
) -> None:
    """Print what the safety screen decides about a message, which rule or model decided it, and what came next."""
    from assistant.types import Question

    verdict = open_assistant().screen(Question(question, tuple(earlier or ())))
    Console().print_json(
        data={
            "decision": verdict.decision.value,
            "reason": verdict.reason,
            "likely": {decision.value: value for decision, value in verdict.likely},
            "normalised": verdict.text,
            "support": verdict.support,
            "remainder": verdict.remainder,
            "language": verdict.language,
        }
    )


@app.command(epilog="Example: python -m assistant suggestions")
def suggestions() -> None:
    """Ask every question that could be suggested, and write down those that are not answered (two minutes)."""
    from tqdm import tqdm

    from assistant.suggest import UNSUITED, Suggestions
    from assistant.types import Decision, Question
    from index.lexicon import Lexicon

    assistant = open_assistant()
    asked = sorted(Suggestions(assistant.library, Lexicon(assistant.library).knows, frozenset()).all)
    bar = tqdm(asked, desc="Asking", unit="question")
    unsuited = [text for text in bar if assistant.answer(Question(text)).kind is not Decision.ANSWER]
    UNSUITED.write_text("".join(f"{text}\n" for text in unsuited), encoding="utf-8")
    typer.echo(f"{len(unsuited)} of {len(asked)} are not answered, and will not be suggested")


if __name__ == "__main__":
    app()
