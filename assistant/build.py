"""The one place that knows every step and puts them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.ahead import Ahead
from assistant.extractive import Composer, Shape
from assistant.fitted import read_fitted
from assistant.gate import Gate
from assistant.heads import load_heads
from assistant.journal import Journal, Keeping
from assistant.pipeline import Assistant
from assistant.policy import read_policy
from assistant.redact import open_redactor
from assistant.rewrite import Rewriter
from assistant.screen.build import open_screen
from assistant.settings import AssistantSettings
from assistant.store import Store
from assistant.suggest import Suggestions
from assistant.types import Question
from assistant.verify import gives_dose, verify
from assistant.withdrawn import Withdrawn
from corpus.library import Library, read_library
from index.build import build_index
from index.embed import Embed
from index.exceptions import IndexDamaged
from index.layers import layers_hash
from index.lexicon import Lexicon
from index.opening import open_search
from index.search import Search, Weights
from index.settings import IndexSettings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """The settings that building an assistant needs."""

    index: IndexSettings
    assistant: AssistantSettings


def build_assistant(settings: Settings, say: Say = lambda line: None) -> Assistant:
    """Read the content, open the index (built when it is missing, stale or damaged) and the screen, and join the steps.

    Raises:
        CorpusError: the content breaks a rule.
        IndexProblem: the index cannot be built.
        HeadsMissing: the model is another one than the heads were trained on.
        PolicyError: the fixed replies break a rule.
    """
    say("Reading the content")
    library = read_library()
    policy = read_policy(library, country=settings.assistant.country, paused=settings.assistant.paused)
    say("Loading the language model (all-MiniLM-L6-v2)")
    embed = Embed(settings.index.model, settings.index.threads)
    fitted = read_fitted()
    search = open_or_build(library, settings.index, embed, fitted.weights, say)
    say("Opening the safety screen")
    lexicon = Lexicon(library)
    heads = load_heads(settings.index.model or layers_hash())
    screen = open_screen(library, embed.read, heads, lexicon.prepare, settings.index.directory, say)
    assistant = Assistant(
        library=library,
        policy=policy,
        screen=screen,
        rewrite=Rewriter(lexicon),
        search=search,
        answerable=fitted.answerability_with(library, heads, embed.read, lexicon),
        compose=Composer(Shape(statements=settings.assistant.statements, words=settings.assistant.words), fitted.signs),
        verify=verify,
        gate=Gate(library, policy),
        suggest=Suggestions(library, lexicon.knows),
        ahead=Ahead(lexicon, embed),
        withdrawn=open_withdrawn(settings),
    )
    warm_up(assistant)
    return assistant


def open_withdrawn(settings: Settings) -> Withdrawn:
    """The list of withdrawn passages in the index folder.

    Raises:
        BadWithdrawals: it cannot be read.
    """
    return Withdrawn(settings.index.directory.resolve() / "withdrawn.json")


def open_journal(settings: Settings, library: Library) -> Journal | None:
    """The journal in the index folder, or in the database that a setting names; None when it is turned off.

    Raises:
        BadJournal: its database cannot be used, or its folder not be written.
    """
    wanted = settings.assistant
    if not wanted.journal:
        return None
    folder = settings.index.directory.resolve()
    store = Store(wanted.journal_url or f"sqlite:///{folder / 'journal.sqlite3'}")
    keeping = Keeping(wanted.journal_text, wanted.journal_days, wanted.journal_waiting)
    model = settings.index.model or layers_hash()[:12]
    return Journal(store, folder / "spool", open_redactor(library, Lexicon(library)), keeping, model)


def warm_up(assistant: Assistant) -> None:
    """Do once, before the first question waits for it, what every question needs."""
    for passage in assistant.library.passages.values():
        for sentence in passage.sentences:
            gives_dose(sentence)
    assistant.answer(Question("Why are my joints stiff?"))


def open_or_build(library: Library, settings: IndexSettings, embed: Embed, weights: Weights, say: Say) -> Search:
    """The open index; a missing or stale one is built, a damaged one is built anew."""
    say("Opening the search index")
    build_index(library, settings, embed.many)
    try:
        return open_search(library, settings, embed, weights)
    except IndexDamaged as error:
        say(f"The index is damaged and is built again: {error}")
        build_index(library, settings, embed.many, fresh=True)
        return open_search(library, settings, embed, weights)
