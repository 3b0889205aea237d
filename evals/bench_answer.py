"""How fast answers are: by stage against the bare embedding, by number of workers, and beside LlamaIndex's citation engine."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from assistant.__main__ import open_assistant
from assistant.types import Answer, Question
from evals.bench_figure import Figure, Sizes, against, alternate, evenly, follow_ups, single_messages
from evals.stats import percentile
from index.citation_engine import open_citation_engine
from index.embed import Embed
from index.settings import IndexSettings

RATIO = 2.0
"""The most that an answer may take, in bare embeddings of the same text."""
STAGES = ("ahead", "screen", "rewrite", "search", "compose")
WORKERS = (1, 2, 4, 8)
WARM_UP = 10
BARE = "the bare embedding"


def open_bare() -> Callable[[Question], object]:
    """Embeds the text of a question with a model of its own, and remembers nothing."""
    settings = IndexSettings()
    embed = Embed(settings.model, settings.threads)
    for number in range(WARM_UP):
        embed.many([f"Is this warm-up question {number} read?"])
    return lambda question: embed.many([question.text])


def answer(sizes: Sizes) -> Iterator[Figure]:
    """Messages by stage, against the bare embedding of the same text: single ones, and last ones of conversations.

    In a conversation the messages before were read when they were sent; after a restart they are read with the last one.
    """
    assistant, bare = open_assistant(), open_bare()
    yield from by_stage("answer", assistant.answer, bare, evenly(single_messages(), sizes.questions), RATIO)
    half = sizes.questions // 2
    for name, conversations in (("follow-up", follow_ups()[::2]), ("follow-up after a restart", follow_ups()[1::2])):
        prepare = converse(assistant.answer) if name == "follow-up" else unprepared
        yield from by_stage(name, assistant.answer, bare, evenly(conversations, half), prepare=prepare)


def converse(reply: Callable[[Question], object]) -> Callable[[Question], None]:
    """Sends the messages before a question, each after the ones before it."""

    def prepare(question: Question) -> None:
        for number, text in enumerate(question.earlier):
            reply(Question(text, question.earlier[:number], question.level))

    return prepare


def unprepared(question: Question) -> None:
    """Sends nothing before a question."""


def by_stage(
    name: str,
    reply: Callable[[Question], Answer],
    bare: Callable[[Question], object],
    questions: Sequence[Question],
    goal: float | None = None,
    prepare: Callable[[Question], object] = unprepared,
) -> Iterator[Figure]:
    """The whole reply and each stage, each against the bare embedding; a stage counts where it was reached."""
    timings: list[Mapping[str, float]] = []
    spent = alternate(
        {"bare": bare, "reply": lambda question: timings.append(reply(question).timings)},
        questions,
        f"{name.capitalize()} against {BARE}",
        prepare,
    )
    yield against(f"{name} p50", spent["reply"], spent["bare"], BARE, goal)
    last, unit = percentile(spent["reply"], 95), percentile(spent["bare"], 95)
    yield Figure(f"{name} p95", last, "ms", last / unit, f"{BARE}'s p95", count=len(questions))
    for stage in STAGES:
        if reached := [each[stage] for each in timings if stage in each]:
            yield against(f"{name} {stage} p50", reached, spent["bare"], BARE)
    yield Figure(f"{name} bare embedding p50", statistics.median(spent["bare"]), "ms", count=len(questions))


def throughput(sizes: Sizes) -> Iterator[Figure]:
    """Questions a second by number of threads, against one thread; no question is asked twice, as embeddings are remembered."""
    yield from by_workers(open_assistant().answer, single_messages(), sizes.rounds, sizes.chunk)


def by_workers(reply: Callable[[Question], object], questions: Sequence[Question], rounds: int, chunk: int) -> Iterator[Figure]:
    """The median over rounds, in each of which every number of workers gets as many fresh questions, in turn the first."""
    slots = rounds * len(WORKERS)
    share = min(chunk, len(questions) // slots)
    rates: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    with tqdm(total=share * slots, desc="Throughput", unit="question") as bar:
        for slot in range(slots):
            number, turn = divmod(slot, len(WORKERS))
            workers = WORKERS[(number + turn) % len(WORKERS)]
            asked = questions[slot::slots][:share]
            started = time.perf_counter()
            with ThreadPoolExecutor(workers) as pool:
                for _ in pool.map(reply, asked):
                    bar.update()
            rates[workers].append(len(asked) / (time.perf_counter() - started))
    one = statistics.median(rates[WORKERS[0]])
    for workers in WORKERS:
        rate = statistics.median(rates[workers])
        name = f"throughput with {workers} {'worker' if workers == 1 else 'workers'}"
        ratio = None if workers == WORKERS[0] else rate / one
        yield Figure(name, rate, "questions/s", ratio, "one worker" if ratio else "", count=share * rounds)


def engine(sizes: Sizes) -> Iterator[Figure]:
    """Our answer beside LlamaIndex's CitationQueryEngine with a mock language model, on the same passages and embedding."""
    assistant, bare, settings = open_assistant(), open_bare(), IndexSettings()
    questions = evenly(single_messages(), sizes.questions)
    with tempfile.TemporaryDirectory() as folder:
        ask = open_citation_engine(assistant.library, settings, Embed(settings.model, settings.threads).many, Path(folder))
        ask("Is this warm-up question read?")
        spent = alternate(
            {"bare": bare, "ours": assistant.answer, "theirs": lambda question: ask(question.text)},
            questions,
            "Answer beside the citation engine",
        )
    yield against("answer beside the citation engine p50", spent["ours"], spent["theirs"], "the citation engine without a model")
    yield against("citation engine without a language model p50", spent["theirs"], spent["bare"], BARE)
